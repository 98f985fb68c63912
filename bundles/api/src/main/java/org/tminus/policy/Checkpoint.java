/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.tminus.failure.TminusException;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;

/** What a policy sees between two layers; valid during the call only, and for the thread that makes it. */
@ProviderType
public interface Checkpoint {
    /** The layer that has just run. */
    LayerId layer();

    /** The exit after that layer, if it has one. */
    Optional<ExitId> exit();

    /** How many rows are still running, at least 1. The rows of this checkpoint are numbered from 0. */
    int rows();

    /** Which row of the batch a running row is. */
    int batchRow(int row);

    /**
     * The soft-max of the exit's first output for a running row. The exit head runs when this or
     * {@link #confidence(int)} is first called, and its FLOPs count.
     *
     * @throws TminusException if the exit failed
     * @throws IllegalStateException if there is no exit here
     */
    float[] probabilities(int row) throws TminusException;

    /** The largest of {@link #probabilities(int)}. */
    float confidence(int row) throws TminusException;

    /** The pooled hidden state of a running row, of the model's width. @throws TminusException if it cannot be read */
    FloatBuffer pooled(int row) throws TminusException;

    /** FLOPs spent for each row up to here, heads included. */
    long flopsPerRow();

    /** Time until the request's deadline. */
    Optional<Duration> timeLeft();
}
