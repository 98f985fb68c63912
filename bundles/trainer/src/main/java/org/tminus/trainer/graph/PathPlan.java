/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tminus.onnx.GraphAnalysis;

/**
 * Which sub-paths learn in one step: by the sandwich rule the leanest exit and some random ones, and now and then a random
 * subset of the layers.
 *
 * @param exits exits that learn, ascending; exit 1 follows layer 0
 * @param subset layers of the random sub-path, ascending; empty for none
 */
record PathPlan(List<Integer> exits, List<Integer> subset) {
    PathPlan {
        exits = List.copyOf(exits);
        subset = List.copyOf(subset);
    }

    static PathPlan draw(int exitCount, List<GraphAnalysis.Layer> layers, PathLosses losses, SplittableRandom random) {
        List<Integer> exits = List.of();
        if (exitCount > 0) {
            int others = Math.min(losses.randomExits(), exitCount - 1);
            IntStream drawn = others == 0
                    ? IntStream.empty()
                    : random.ints(2, exitCount + 1).distinct().limit(others).sorted();
            exits = Stream.concat(Stream.of(1), drawn.boxed()).toList();
        }
        List<Integer> subset = List.of();
        if (layers.size() > 2 && random.nextDouble() < losses.subsetProbability()) {
            subset = subset(layers, random);
        }
        return new PathPlan(exits, subset);
    }

    /** At least half of the layers; those that cannot be skipped always run. */
    private static List<Integer> subset(List<GraphAnalysis.Layer> layers, SplittableRandom random) {
        int kept = layers.size() / 2 + random.nextInt(layers.size() - layers.size() / 2);
        List<Integer> drawn =
                random.ints(0, layers.size()).distinct().limit(kept).boxed().toList();
        List<Integer> subset = new ArrayList<>();
        for (int layer = 0; layer < layers.size(); layer++) {
            if (drawn.contains(layer) || !layers.get(layer).skippable()) {
                subset.add(layer);
            }
        }
        return subset;
    }
}
