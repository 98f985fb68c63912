/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyContexts;

/**
 * Prints how long a decision takes per input, in batches of 64, with an untrained network: the worst of three policies, each
 * as the best of many batches. With the closed loop the stand-in for the platform is in the figure. Run by hand.
 */
final class DecisionSpeed {
    private static final int BATCH = 64;

    private DecisionSpeed() {}

    /** No arguments. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("speed");
        for (int[] size : new int[][] {{8, 12}, {12, 12}, {12, 24}, {12, 32}, {12, 64}}) {
            for (String loop : List.of("open", "closed")) {
                double worst = 0;
                double depth = 0;
                for (int seed = 0; seed < 3; seed++) {
                    double[] one = measure(loop, size[0], size[1], seed, directory);
                    worst = Math.max(worst, one[0]);
                    depth = Math.max(depth, one[1]);
                }
                System.out.printf(
                        "%-6s %2d layers, %d hidden: %.1f microseconds per input, %.1f layers on average%n",
                        loop, size[0], size[1], worst, depth);
            }
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    private static double[] measure(String loop, int layers, int hidden, int seed, Path directory) throws Exception {
        List<MenuPath> menu = TestModels.prefixes(layers);
        List<Integer> classes = List.of(0, 1, 2, layers - 1);
        Networks networks = Networks.random(seed, loop, classes.size(), hidden, layers, 0.3f);
        // Never stops early, so that a decision takes as many steps as it can.
        networks.weights.get("actor.bias")[0] = -100;
        AdaptiveModel model = TestModels.with(TestModels.builder(layers, menu, classes), networks, directory)
                .build();
        Worlds world = new Worlds(model, menu, BATCH, seed);
        PolicyContext context = PolicyContexts.of(model)
                .complexities(world.complexities)
                .lengths(world.lengths)
                .build();
        Policy policy = loop.equals("open") ? new OpenLoopPolicy() : new ClosedLoopPolicy();
        float[][] probabilities = new float[BATCH][];
        for (int row = 0; row < BATCH; row++) {
            probabilities[row] = world.at(row, List.of());
        }
        long best = Long.MAX_VALUE;
        double depth = 0;
        for (int round = 0; round < 1000; round++) {
            long begin = System.nanoTime();
            List<Platform.Outcome> outcomes = Platform.run(policy, context, (row, ran) -> probabilities[row]);
            best = Math.min(best, System.nanoTime() - begin);
            depth = outcomes.stream()
                    .mapToInt(outcome -> outcome.path().depth())
                    .average()
                    .orElseThrow();
        }
        return new double[] {best / 1000.0 / BATCH, depth};
    }
}
