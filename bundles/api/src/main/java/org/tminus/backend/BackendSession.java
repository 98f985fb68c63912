/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;
import org.tminus.failure.TminusException;
import org.tminus.model.Path;
import org.tminus.tensor.Tensor;

/** One model on one device. Safe for concurrent runs; the platform closes it when no run is left. */
@ConsumerType
public interface BackendSession extends AutoCloseable {
    /**
     * Compiles a path, so that later runs of it are fast. May take long, is called in the background, and repeated calls
     * are harmless. A path that is not prepared runs all the same.
     *
     * @throws TminusException if the path cannot be compiled; running it unprepared still works
     */
    void prepare(Path path) throws TminusException;

    /** Whether the path is compiled. Cheap. */
    boolean isPrepared(Path path);

    /**
     * Runs a whole path for a batch.
     *
     * @param inputs the model's inputs on the host, by name, each with the same number of rows; not kept
     * @return the requested outputs by name; the caller closes them. Outputs are never shared with later runs
     * @throws TminusException if the run failed, was cancelled, or its deadline passed
     */
    Map<String, Tensor> run(Path path, Map<String, Tensor> inputs, RunControl control) throws TminusException;

    /**
     * Begins a run step by step: the stem has run when this returns.
     *
     * @param inputs as for {@link #run}; they must stay unchanged until the run is closed
     * @throws TminusException if the run failed, was cancelled, or its deadline passed
     */
    Run start(Map<String, Tensor> inputs, RunControl control) throws TminusException;

    /** Frees everything the session holds. Closing twice is harmless; runs must be over. */
    @Override
    void close();
}
