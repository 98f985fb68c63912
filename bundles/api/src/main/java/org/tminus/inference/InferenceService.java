/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import java.util.concurrent.CompletableFuture;
import org.osgi.annotation.versioning.ProviderType;
import org.tminus.failure.TminusException;

/**
 * Answers requests with as much computation as each input needs. Always registered while the coordinator is active, also
 * without a backend or a model. Thread-safe.
 *
 * <p>Failures are of these kinds: {@code InvalidRequestException}, {@code ModelNotFoundException},
 * {@code NoBackendException}, {@code DeadlineExceededException}, {@code RequestCancelledException},
 * {@code BudgetException} (strict requests only), {@code CapacityException}, {@code UncertifiedException},
 * {@code BackendException}.
 */
@ProviderType
public interface InferenceService {
    /**
     * Submits a request.
     *
     * @return completes with the result, which the receiver closes, or with a {@link TminusException}. Dependents run on
     *     the platform's completion executor, never on a thread of a backend. Cancelling it cancels the request, queued
     *     or running; a result that comes too late is closed by the platform
     */
    CompletableFuture<InferenceResult> submit(InferenceRequest request);

    /**
     * Submits a request and waits for the answer.
     *
     * @throws TminusException as listed above
     * @throws InterruptedException if the calling thread is interrupted; the request is cancelled then
     */
    InferenceResult infer(InferenceRequest request) throws TminusException, InterruptedException;
}
