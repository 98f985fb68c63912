/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.concurrent.CancellationException;

/** Hears how far a long step is, and says whether to go on. Called by the thread that does the work, between batches. */
public interface EvaluationProgress {
    /** Hears nothing, never stops. */
    EvaluationProgress NONE = (step, done, total) -> {};

    /**
     * @param step what is being done, for people
     * @param done how much of it
     * @param total of how much
     */
    void at(String step, long done, long total);

    /** Whether to stop; the step then ends with a {@link CancellationException}. */
    default boolean isCancelled() {
        return false;
    }

    /**
     * For those who do the work: says {@link #at how far it is} unless it is to stop.
     *
     * @throws CancellationException if it is to stop
     */
    default void reportOrStop(String step, long done, long total) {
        if (isCancelled()) {
            throw new CancellationException("stopped while " + step);
        }
        at(step, done, total);
    }
}
