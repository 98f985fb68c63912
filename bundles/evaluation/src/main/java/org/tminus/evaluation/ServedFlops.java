/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares what the platform spent on the timed inputs with what the tables say was decided for them. Where these differ, for example by the rounding of thresholds of exits
 * that are sure of everything, times are those of something else.
 */
final class ServedFlops {
    /** FLOPs over full depth: serving and tables decide alike but for single inputs that rounding moves. */
    private static final double MOST_LESS = 0.01;
    /** Traces count a step of a learned policy for each layer, tables those that were made; on tiny models that is much. */
    private static final double MOST_MORE = 0.25;

    private ServedFlops() {}

    /**
     * A sentence about a way that was not served as decided; empty if it was, or nothing is known.
     *
     * @param traced FLOPs over full depth by the platform's traces
     * @param tabled the same by the tables
     */
    static Optional<String> deviation(String way, @Nullable Double traced, @Nullable Double tabled) {
        if (traced == null || tabled == null || (traced >= tabled - MOST_LESS && traced <= tabled + MOST_MORE)) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "'%s': the platform spent %.1f %% of the FLOPs of full depth on the timed inputs, where %.1f %% were decided. Its"
                        + " times are those of something else and left out.",
                way,
                100 * traced,
                100 * tabled));
    }
}
