/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.execution;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;
import org.tminus.backend.RunControl;
import org.tminus.failure.BackendException;
import org.tminus.tensor.Tensor;

/** A path that was recorded for one batch size and sequence length, ready to be launched. Thread-safe. */
@ConsumerType
public interface CompiledPath extends AutoCloseable {
    /**
     * Launches the recorded work as one piece.
     *
     * @return the requested outputs by name; the caller closes them
     * @throws BackendException if the launch failed
     */
    Map<String, Tensor> launch(Map<String, Tensor> inputs, RunControl control) throws BackendException;

    /** Bytes on the device that belong to this path alone. */
    long memoryBytes();

    /** Frees the recording. Closing twice is harmless. */
    @Override
    void close();
}
