/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a training run stands.
 *
 * @param stage what is being done, for example {@code trunk}
 * @param done units of work done in this stage
 * @param total units of work of this stage
 * @param elapsed time spent in this stage by this process
 * @param remaining estimated time left in this stage; {@code null} while there is nothing to estimate from
 * @param figures named figures worth showing, such as losses and accuracies
 */
public record Progress(
        String stage,
        long done,
        long total,
        Duration elapsed,
        @Nullable Duration remaining,
        Map<String, Double> figures) {
    /** Copies the figures. */
    public Progress {
        figures = Map.copyOf(figures);
    }
}
