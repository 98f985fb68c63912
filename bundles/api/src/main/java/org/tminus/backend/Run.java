/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;
import org.tminus.failure.TminusException;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.tensor.Tensor;

/** A batch on its way through the layers. Used by one thread at a time; whoever started it closes it. */
@ConsumerType
public interface Run extends AutoCloseable {
    /** Rows that are still running. */
    int rows();

    /**
     * Runs these layers, in this order, on the hidden state.
     *
     * @throws TminusException if a layer failed, the run was cancelled, or its deadline passed
     */
    void advance(List<LayerId> layers) throws TminusException;

    /**
     * What an exit answers for the present hidden state; the state stays as it is.
     *
     * @return the requested outputs by name, with {@link #rows()} rows; the caller closes them
     * @throws TminusException if the exit failed
     */
    Map<String, Tensor> read(ExitId exit) throws TminusException;

    /**
     * The hidden state, pooled as the model says: float32 of shape [rows, width], on the host; the caller closes it.
     *
     * @throws TminusException if it cannot be read
     */
    Tensor pooled() throws TminusException;

    /**
     * Keeps only these rows, in this order; they are renumbered from 0.
     *
     * @param rows ascending numbers of running rows, at least one
     * @throws TminusException if the batch cannot be compacted
     */
    void retain(int[] rows) throws TminusException;

    /** Frees the run's state, also in the middle. Closing twice is harmless. */
    @Override
    void close();
}
