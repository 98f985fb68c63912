/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.InferenceResult;

/** An answered request, of which something is to run once more when nobody waits, to be compared. It owns what it copied. */
interface ShadowJob {
    long requestId();

    /**
     * The second run; null if the comparison needs none.
     *
     * @param clock monotonic nanoseconds
     * @param future what the run is to complete
     */
    @Nullable
    Task task(LongSupplier clock, CompletableFuture<InferenceResult> future);

    /** @param result of the second run, which stays the caller's; null if there was none to be */
    void compare(@Nullable InferenceResult result);

    /** Gives up the comparison, and frees the copies. */
    void drop();

    /** Frees the copies. */
    void close();
}
