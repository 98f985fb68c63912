/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.learning.policy.Loop;
import org.tminus.learning.policy.LstmPolicy;
import org.tminus.learning.policy.LstmShape;
import org.tminus.learning.policy.PolicyOnnx;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Budget;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContexts;

/** A policy that is exported by what trains it, and run here, takes the paths that training saw, at the same cost. */
class TrainedAlikeTest {
    private static final int ROWS = 60;

    @TempDir
    Path directory;

    static Stream<Arguments> worlds() {
        List<MenuPath> prefixes = TestModels.prefixes(6);
        List<MenuPath> sparse = TestModels.menu(
                List.of(List.of(0), List.of(0, 1, 2), List.of(0, 1, 2, 3, 4), List.of(0, 1, 2, 3, 4, 5)));
        List<MenuPath> nested = TestModels.menu(List.of(
                List.of(0, 5),
                List.of(0, 2, 5),
                List.of(0, 2, 4, 5),
                List.of(0, 1, 2, 4, 5),
                List.of(0, 1, 2, 3, 4, 5)));
        List<MenuPath> mixed = TestModels.menu(List.of(
                List.of(1),
                List.of(0, 2),
                List.of(1, 3),
                List.of(0, 1, 2),
                List.of(0, 2, 3),
                List.of(1, 3, 4, 5),
                List.of(0, 2, 3, 5),
                List.of(0, 1, 2, 3, 4, 5)));
        return Stream.of(prefixes, sparse, nested, mixed).flatMap(menu -> Stream.of(Loop.values())
                .flatMap(loop -> Stream.of(0, 1, 2).map(classes -> Arguments.of(menu, loop, classes))));
    }

    /** @param classes 0: no predictor; 1: some paths of the menu; 2: all */
    @ParameterizedTest
    @MethodSource("worlds")
    void bothSidesDecideAlike(List<MenuPath> menu, Loop loop, int classes) throws Exception {
        List<Integer> complexityPaths = classes == 0
                ? List.of()
                : IntStream.range(0, menu.size())
                        .filter(index -> classes == 2 || index % 2 == 1)
                        .boxed()
                        .toList();
        Set<Integer> taken = new HashSet<>();
        for (int seed = 0; seed < 3; seed++) {
            Networks networks = Networks.random(100 + seed, loop.label(), complexityPaths.size(), 10, 6, 1.5f);
            LstmPolicy trained = LstmPolicy.of(
                    new LstmShape(6, complexityPaths.size(), 10, loop, 1 + seed % 2),
                    networks.weights.get("lstm.weight_x"),
                    networks.weights.get("lstm.weight_h"),
                    networks.weights.get("lstm.bias"),
                    networks.weights.get("actor.weight"),
                    networks.weights.get("actor.bias"));
            Path file = Files.write(
                    directory.resolve("exported-" + seed + ".onnx"),
                    PolicyOnnx.toBytes(trained, Map.of("seed", Integer.toString(seed))));
            AdaptiveModel model = TestModels.builder(6, menu, complexityPaths)
                    .policy(networks.description())
                    .file(networks.description().file(), file)
                    .build();
            Worlds world = new Worlds(model, menu, ROWS, seed);
            Outcomes outcomes = world.outcomes();
            Policy policy = loop == Loop.OPEN ? new OpenLoopPolicy() : new ClosedLoopPolicy();
            for (double budget : new double[] {0.2, 0.6, 1}) {
                Choices expected = trained.decide(outcomes, budget);
                for (int row = 0; row < ROWS; row++) {
                    compare(world, policy, trained, expected, row, budget);
                    taken.add(expected.path(row));
                }
            }
        }
        assertThat(taken).as("paths that were met").hasSizeGreaterThan(1);
    }

    private static void compare(
            Worlds world, Policy policy, LstmPolicy trained, Choices expected, int row, double budget)
            throws Exception {
        PolicyContexts context = PolicyContexts.of(world.model);
        if (!world.complexities.isEmpty()) {
            context.complexities(List.of(world.complexities.get(row)));
        }
        context.lengths(world.lengths[row]).budget(Budget.ofFlopsRatio(budget));
        Platform.Outcome outcome = Platform.run(policy, context.build(), (one, layers) -> world.at(row, layers))
                .get(0);

        PathTrie trie = expected.outcomes().trie();
        PathTrie.Node end = trie.end(expected.path(row));
        assertThat(outcome.path()).isEqualTo(TestModels.path(trie.menu().get(expected.path(row)), 6));
        int steps = end.depth() + (trie.next(end).isEmpty() ? 0 : 1);
        double predictor = world.complexities.isEmpty() ? 0 : TestModels.PREDICTOR_FLOPS;
        double flopsPerStep = trained.shape().flopsPerStep();
        assertThat(outcome.flops() + predictor + steps * flopsPerStep)
                .isCloseTo(expected.flops(row), within(1e-6 * expected.flops(row)));
        assertThat(policy.flopsPerRow(world.model))
                .isEqualTo((long) (6 * flopsPerStep))
                .isGreaterThanOrEqualTo((long) (steps * flopsPerStep));
    }
}
