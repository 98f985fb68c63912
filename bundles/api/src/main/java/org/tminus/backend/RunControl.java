/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend;

import java.util.Optional;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.tensor.HostTensor;

/** Travels with one run: deadline, cancellation, and where outputs go. Thread-safe. Tests use {@link RunControls}. */
@ProviderType
public interface RunControl {
    /** Which outputs of the model are wanted; never empty. */
    Set<String> requestedOutputs();

    /**
     * The caller's own memory for an output; the backend writes there, if given, and returns that tensor. The coordinator gives
     * none, since a call that it has given up could write there later; it copies.
     */
    Optional<HostTensor> destination(String output);

    boolean isCancelled();

    /** Nanoseconds until the deadline by a monotonic clock, negative once it has passed; Long.MAX_VALUE if none. */
    long nanosLeft();

    /**
     * To be called between layers at the latest.
     *
     * @throws RequestCancelledException if the request was cancelled
     * @throws DeadlineExceededException if its deadline has passed
     */
    void check() throws RequestCancelledException, DeadlineExceededException;

    /**
     * Has the action run when the request is cancelled, at once if it already is; it must be quick and may come on any
     * thread. Close what is returned when the run is over.
     */
    Registration onCancel(Runnable action);

    /** Undoes {@link #onCancel}. Closing twice is harmless. */
    @ProviderType
    interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
