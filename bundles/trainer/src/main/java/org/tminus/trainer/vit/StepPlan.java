/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which sub-paths learn in one step: by the sandwich rule the leanest exit and some random ones, and now and then a random
 * subset of the layers.
 *
 * @param exits exits that learn, ascending; exit 1 follows layer 0
 * @param subset layers of the random sub-path, ascending; empty for none
 */
record StepPlan(List<Integer> exits, List<Integer> subset) {
    StepPlan {
        exits = List.copyOf(exits);
        subset = List.copyOf(subset);
    }

    static StepPlan draw(VitConfig config, Distillation distillation, SplittableRandom random) {
        List<Integer> exits = List.of();
        if (config.exits() > 0) {
            int others = Math.min(distillation.randomExits(), config.exits() - 1);
            IntStream drawn = others == 0
                    ? IntStream.empty()
                    : random.ints(2, config.exits() + 1)
                            .distinct()
                            .limit(others)
                            .sorted();
            exits = Stream.concat(Stream.of(1), drawn.boxed()).toList();
        }
        List<Integer> subset = List.of();
        if (config.layers() > 2 && random.nextDouble() < distillation.subsetProbability()) {
            int kept = config.layers() / 2 + random.nextInt(config.layers() - config.layers() / 2);
            subset = random.ints(0, config.layers())
                    .distinct()
                    .limit(kept)
                    .sorted()
                    .boxed()
                    .toList();
        }
        return new StepPlan(exits, subset);
    }
}
