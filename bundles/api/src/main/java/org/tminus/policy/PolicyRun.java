/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.tminus.failure.TminusException;

/** A policy at work on one batch. Called by one thread at a time. */
@ConsumerType
public interface PolicyRun extends AutoCloseable {
    /**
     * Called once, before the first layer.
     *
     * @return a {@link Decision#run} for each row, with a path that {@link PolicyContext#allowedPaths()} has
     * @throws TminusException if no decision can be made; the platform then answers along a static path
     */
    List<Decision> first() throws TminusException;

    /**
     * Called at each checkpoint that the first decisions asked for, as long as rows are running.
     *
     * @return a decision for each running row
     * @throws TminusException if no decision can be made; the rows then follow their path
     */
    List<Decision> next(Checkpoint checkpoint) throws TminusException;

    /** Called once when the batch is done, whatever its outcome. */
    @Override
    void close();
}
