/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

/** Told about training as it goes on, on the training's thread. An exception from here ends the training. */
@FunctionalInterface
public interface PpoProgress {
    /** Hears nothing. */
    PpoProgress SILENT = (seed, figures, updates) -> {};

    /**
     * A round is done.
     *
     * @param seed of the run
     * @param updates how many rounds there will be
     */
    void updated(long seed, UpdateFigures figures, int updates);
}
