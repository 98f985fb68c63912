/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.tminus.certificate.Risk;
import org.tminus.learning.data.TaskData;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.trainer.decide.Level;
import org.tminus.trainer.pack.ModelWriter;
import org.tminus.trainer.pipeline.RebuildFile.Origin;

/**
 * All that the pipeline has to know of a task.
 *
 * @param header what the model says of itself
 * @param data with its splits
 * @param trunk trains the weights
 * @param features the predictor's; {@code null} for the first set that fits the model
 * @param subsets paths to try beside all prefixes, by the number of layers: of models that were trained with skipped layers
 * @param entries further entries of the model file, such as {@code preprocessing.json}
 * @param origin the pretrained encoder that it is made of; {@code null} for a model trained from nothing
 * @param levels how much quality operating points may give up
 * @param promise what is to be certified
 * @param preferred the operating point to be in force if it is certified; {@code null} for the cheapest certified one
 */
public record Recipe(
        ModelWriter.Header header,
        TaskData data,
        Trunk trunk,
        @Nullable String features,
        IntFunction<List<MenuPath>> subsets,
        Map<String, byte[]> entries,
        @Nullable Origin origin,
        List<Level> levels,
        Promise promise,
        @Nullable String preferred) {
    /** Copies the collections. */
    public Recipe {
        entries = Map.copyOf(entries);
        levels = List.copyOf(levels);
    }

    /** With {@link Level#DEFAULT} in force if that is certified. */
    public Recipe(
            ModelWriter.Header header,
            TaskData data,
            Trunk trunk,
            @Nullable String features,
            IntFunction<List<MenuPath>> subsets,
            Map<String, byte[]> entries,
            @Nullable Origin origin,
            List<Level> levels,
            Promise promise) {
        this(header, data, trunk, features, subsets, entries, origin, levels, promise, Level.DEFAULT);
    }

    /**
     * What is to be certified; fixed before calibration data is looked at.
     *
     * @param risk what is bounded; without labels it is disagreement, whatever is asked for
     * @param epsilon its bound, 0 to 1
     * @param delta how often such a promise may be wrong, 0 to 1
     * @param dataSince the time before which none of the data is from; empty if nobody knows
     */
    public record Promise(Risk risk, double epsilon, double delta, Optional<Instant> dataSince) {
        /** On data of any age. */
        public Promise(Risk risk, double epsilon, double delta) {
            this(risk, epsilon, delta, Optional.empty());
        }
    }

    /**
     * Paths that leave out one layer, or every second of a run of layers, and end at full depth or before: those that
     * models trained with random subsets do best.
     */
    public static List<MenuPath> usualSubsets(int layers) {
        List<MenuPath> paths = new ArrayList<>();
        for (int end = 2; end <= layers; end++) {
            // The first and the last layer of a path matter most, so one in the middle goes.
            for (int left = 1; left < end - 1; left++) {
                List<Integer> kept = new ArrayList<>();
                for (int layer = 0; layer < end; layer++) {
                    if (layer != left) {
                        kept.add(layer);
                    }
                }
                paths.add(new MenuPath(kept, end - 1));
            }
            List<Integer> second = new ArrayList<>();
            for (int layer = 0; layer < end - 1; layer += 2) {
                second.add(layer);
            }
            second.add(end - 1);
            MenuPath path = new MenuPath(second, end - 1);
            if (second.size() < end - 1 && !paths.contains(path)) {
                paths.add(path);
            }
        }
        return paths;
    }
}
