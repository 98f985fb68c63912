/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.ModelFormatException;
import org.tminus.failure.TminusException;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.model.PolicyDescription;
import org.tminus.policy.Budget;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyContexts;
import org.tminus.policy.PolicyRun;
import org.tminus.predictor.Complexity;

class LearnedPolicyTest {
    private static final int LAYERS = 6;
    private static final List<MenuPath> SUBSETS = TestModels.menu(List.of(
            List.of(1),
            List.of(0, 2),
            List.of(1, 3),
            List.of(0, 1, 2),
            List.of(0, 2, 3),
            List.of(0, 3, 4),
            List.of(1, 3, 4, 5),
            List.of(0, 2, 3, 5),
            List.of(0, 1, 2, 3, 4, 5)));

    @TempDir
    Path directory;

    static List<String> loops() {
        return List.of("open", "closed");
    }

    private static Policy policy(String loop) {
        return loop.equals("open") ? new OpenLoopPolicy() : new ClosedLoopPolicy();
    }

    private AdaptiveModel model(Networks networks, List<MenuPath> menu, List<Integer> classes) throws Exception {
        return TestModels.with(TestModels.builder(LAYERS, menu, classes), networks, directory)
                .build();
    }

    @ParameterizedTest
    @MethodSource("loops")
    void whateverIsAllowedEveryRowEndsOnAnAllowedPath(String loop) throws Exception {
        Random random = new Random(4);
        Policy policy = policy(loop);
        int differing = 0;
        for (int round = 0; round < 60; round++) {
            Networks networks = Networks.random(round, loop, 4, 9, LAYERS, 1.5f);
            AdaptiveModel model = model(networks, SUBSETS, List.of(0, 3, 6, 8));
            int rows = 1 + random.nextInt(40);
            Worlds world = new Worlds(model, SUBSETS, rows, round);
            List<org.tminus.model.Path> allowed = new ArrayList<>(model.menu());
            allowed.removeIf(path -> random.nextInt(3) == 0);
            if (allowed.isEmpty() || round % 3 == 0) {
                allowed = model.menu();
            }
            PolicyContext context = PolicyContexts.of(model)
                    .complexities(world.complexities)
                    .lengths(world.lengths)
                    .allowedPaths(allowed)
                    .budget(Budget.ofFlopsRatio(0.05 + 0.95 * random.nextDouble()))
                    .build();
            // Checks inside that each path is allowed.
            List<Platform.Outcome> outcomes = Platform.run(policy, context, world);
            differing +=
                    outcomes.stream().map(Platform.Outcome::path).distinct().count() > 1 ? 1 : 0;
        }
        assertThat(differing).as("batches whose rows went different ways").isGreaterThan(20);
    }

    /** Where rows of a batch want different layers next, all of them run the first of these. */
    @Test
    void rowsThatDivergeShareTheLayersThatAnyOfThemWants() throws Exception {
        Policy policy = policy("closed");
        List<MenuPath> menu = TestModels.menu(
                List.of(List.of(0, 5), List.of(0, 3, 5), List.of(0, 1, 3, 5), List.of(0, 1, 2, 3, 4, 5)));
        int more = 0;
        for (int seed = 0; seed < 40; seed++) {
            AdaptiveModel model = model(Networks.random(seed, "closed", 0, 9, LAYERS, 1.5f), menu, List.of());
            Worlds world = new Worlds(model, menu, 20, seed);
            List<Platform.Outcome> together = Platform.run(
                    policy, PolicyContexts.of(model).lengths(world.lengths).build(), world);
            Set<org.tminus.model.LayerId> second = together.stream()
                    .map(outcome -> outcome.path().layers().get(1))
                    .collect(Collectors.toSet());
            assertThat(second)
                    .as("all have the same hidden state after the first checkpoint")
                    .hasSize(1);
            for (int row = 0; row < 20; row++) {
                int single = row;
                Platform.Outcome alone = Platform.run(
                                policy,
                                PolicyContexts.of(model)
                                        .lengths(world.lengths[row])
                                        .build(),
                                (one, layers) -> world.at(single, layers))
                        .get(0);
                int index = index(alone.path().layers().get(1));
                assertThat(index(second.iterator().next())).isLessThanOrEqualTo(index);
                more += index(second.iterator().next()) < index ? 1 : 0;
            }
        }
        assertThat(more).as("rows that ran more than they wanted").isPositive();
    }

    private static int index(org.tminus.model.LayerId layer) {
        return Integer.parseInt(layer.value().substring("layer.".length()));
    }

    /** Rows of prefixes never stand in each other's way: a batch is as its rows are alone. */
    @Test
    void onPrefixesABatchIsAsItsRowsAlone() throws Exception {
        List<MenuPath> menu = TestModels.prefixes(LAYERS);
        Policy policy = policy("closed");
        for (int seed = 0; seed < 10; seed++) {
            AdaptiveModel model = model(Networks.random(seed, "closed", 3, 9, LAYERS, 1.5f), menu, List.of(0, 2, 5));
            Worlds world = new Worlds(model, menu, 30, seed);
            PolicyContexts context = PolicyContexts.of(model).complexities(world.complexities);
            List<Platform.Outcome> together =
                    Platform.run(policy, context.lengths(world.lengths).build(), world);
            for (int row = 0; row < 30; row++) {
                int single = row;
                PolicyContexts alone = PolicyContexts.of(model).complexities(List.of(world.complexities.get(row)));
                assertThat(together.get(row))
                        .isEqualTo(Platform.run(
                                        policy,
                                        alone.lengths(world.lengths[row]).build(),
                                        (one, layers) -> world.at(single, layers))
                                .get(0));
            }
        }
    }

    @Test
    void theClosedLoopAsksOnlyWhereThereIsAChoiceOrALayerToLeaveOut() throws Exception {
        List<MenuPath> menu =
                TestModels.menu(List.of(List.of(0, 1, 2), List.of(0, 1, 2, 4), List.of(0, 1, 2, 3, 4, 5)));
        AdaptiveModel model = model(Networks.random(1, "closed", 0, 4, LAYERS, 1), menu, List.of());

        Decision first = first(policy("closed"), PolicyContexts.of(model).build());
        assertThat(first.path()).contains(model.fullDepth());
        // After layer 4 the answer of the path that left out layer 3 has to be said.
        assertThat(first.checkpoints()).containsExactly(TestModels.layer(2), TestModels.layer(4));
        assertThat(first(
                                policy("closed"),
                                PolicyContexts.of(model)
                                        .allowedPaths(model.menu().subList(1, 2))
                                        .build())
                        .checkpoints())
                .isEmpty();
    }

    /** Without full depth no path may carry all the others; then rows keep to what one path carries. */
    @Test
    void pathsThatNoOtherCarriesAreOutOfReach() throws Exception {
        List<MenuPath> menu = TestModels.menu(
                List.of(List.of(0), List.of(0, 1), List.of(0, 2), List.of(0, 3, 4), List.of(0, 1, 2, 3, 4, 5)));
        AdaptiveModel model = model(Networks.random(1, "closed", 0, 4, LAYERS, 1), menu, List.of());
        List<org.tminus.model.Path> allowed = model.menu().subList(0, 4);

        Decision first = first(
                policy("closed"), PolicyContexts.of(model).allowedPaths(allowed).build());
        assertThat(first.path()).contains(allowed.get(3));
        assertThat(first.checkpoints()).containsExactly(TestModels.layer(0));
    }

    @ParameterizedTest
    @MethodSource("loops")
    void oneAllowedPathIsTakenAtOnce(String loop) throws Exception {
        AdaptiveModel model = model(Networks.random(1, loop, 0, 4, LAYERS, 1), SUBSETS, List.of());
        for (org.tminus.model.Path path : model.menu()) {
            Decision decision = first(
                    policy(loop),
                    PolicyContexts.of(model).allowedPaths(List.of(path)).build());
            assertThat(decision.path()).contains(path);
            assertThat(decision.checkpoints()).isEmpty();
        }
    }

    /** A policy that goes deeper the larger the budget shows which budget it was given. */
    @Test
    void theBudgetInForceGoesBeforeTheParameterAndThatBeforeThePoint() throws Exception {
        OperatingPoint half =
                new OperatingPoint("half", "lstm-ppo-open", Map.of("budget", 0.5), "decision", 10, 0.45, 0.9, 0.9);
        Networks networks = byBudget();
        AdaptiveModel bare = model(networks, TestModels.prefixes(LAYERS), List.of());
        AdaptiveModel model = TestModels.with(
                        TestModels.builder(LAYERS, TestModels.prefixes(LAYERS), List.of()), networks, directory)
                .operatingPoint(half)
                .build();

        assertThat(depth(PolicyContexts.of(bare))).isEqualTo(LAYERS);
        assertThat(depth(PolicyContexts.of(bare).operatingPoint(half))).isEqualTo(1);
        assertThat(depth(PolicyContexts.of(model))).isEqualTo(1);
        assertThat(depth(PolicyContexts.of(model).parameters(Map.of("budget", "0.9"))))
                .isEqualTo(LAYERS);
        assertThat(depth(PolicyContexts.of(model)
                        .parameters(Map.of("budget", 0.9))
                        .budget(Budget.ofFlopsRatio(0.3))))
                .isEqualTo(1);
        assertThat(depth(PolicyContexts.of(model).operatingPoint(half).budget(Budget.ofFlopsRatio(0.9))))
                .isEqualTo(LAYERS);
        assertThat(depth(PolicyContexts.of(model).parameters(Map.of("budget", 0))))
                .isEqualTo(1);
        for (Object bad : List.of(1.5, -0.1, "much", Double.NaN)) {
            assertThatThrownBy(() -> depth(PolicyContexts.of(model).parameters(Map.of("budget", bad))))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("'lstm-ppo-open'", "'budget'", "'" + bad + "'");
        }
    }

    /** Stops at once below a budget of 0.7, and never above it. */
    private static Networks byBudget() {
        Networks networks = Networks.random(1, "open", 0, 2, LAYERS, 0);
        // Output and input gate open, nothing is remembered; the new cell value is the sign of budget - 0.7.
        networks.weights.get("lstm.weight_x")[2 * 8 + 4] = 100;
        networks.weights.get("lstm.bias")[4] = -70;
        for (int gate : new int[] {0, 6}) {
            networks.weights.get("lstm.bias")[gate] = 20;
        }
        networks.weights.get("lstm.bias")[2] = -20;
        networks.weights.get("actor.weight")[0] = -5;
        return networks;
    }

    private static int depth(PolicyContexts context) throws Exception {
        return first(policy("open"), context.build()).path().orElseThrow().depth();
    }

    @ParameterizedTest
    @MethodSource("loops")
    void withoutThePredictorThatItWasTrainedWithItRefuses(String loop) throws Exception {
        AdaptiveModel model =
                model(Networks.random(1, loop, 2, 4, LAYERS, 1), TestModels.prefixes(LAYERS), List.of(0, 5));

        assertThatThrownBy(() -> policy(loop).begin(PolicyContexts.of(model).build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("lstm-ppo-" + loop, "no predictor in force");
        assertThatThrownBy(() -> policy(loop)
                        .begin(PolicyContexts.of(model)
                                .complexities(List.of(Complexity.ofProbabilities(0.2f, 0.3f, 0.5f)))
                                .build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("2 classes", "has 3");
    }

    @ParameterizedTest
    @MethodSource("loops")
    void aPolicyThatReadsNoComplexityDoesNotAskThePredictor(String loop) throws Exception {
        AdaptiveModel model = model(Networks.random(1, loop, 0, 4, LAYERS, 1), SUBSETS, List.of(0, 5));
        PolicyContext context = PolicyContexts.of(model)
                .complexities(List.of(Complexity.ofProbabilities(0.2f, 0.3f, 0.5f)))
                .build();

        assertThat(context.model().predictor()).isPresent();
        assertThat(first(policy(loop), context).path()).isPresent();
    }

    @ParameterizedTest
    @MethodSource("loops")
    void modelsWithoutWeightsAreRefused(String loop) throws Exception {
        AdaptiveModel none = TestModels.builder(LAYERS, SUBSETS, List.of()).build();
        assertThatThrownBy(() -> policy(loop).begin(PolicyContexts.of(none).build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("carries no weights for the policy 'lstm-ppo-" + loop + "'");
        assertThat(policy(loop).flopsPerRow(none)).isZero();

        String name = "lstm-ppo-" + loop;
        AdaptiveModel noFile = TestModels.builder(LAYERS, SUBSETS, List.of())
                .policy(new PolicyDescription(name, "policy.onnx", loop, 0, 4))
                .build();
        assertThatThrownBy(() -> policy(loop).begin(PolicyContexts.of(noFile).build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("has no file 'policy.onnx'");

        AdaptiveModel swapped = TestModels.builder(LAYERS, SUBSETS, List.of())
                .policy(new PolicyDescription(name, "policy.onnx", loop.equals("open") ? "closed" : "open", 0, 4))
                .build();
        assertThatThrownBy(() -> policy(loop).begin(PolicyContexts.of(swapped).build()))
                .hasMessageContaining("not '" + loop + "'");
    }

    @ParameterizedTest
    @MethodSource("loops")
    void aBadFileIsRefusedAndNotTriedAgain(String loop) throws Exception {
        Networks networks = Networks.random(1, loop, 0, 4, LAYERS, 1);
        networks.weights.get("actor.bias")[0] = Float.NaN;
        AdaptiveModel model = model(networks, SUBSETS, List.of());
        Policy policy = policy(loop);

        assertThatThrownBy(() -> policy.begin(PolicyContexts.of(model).build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("tiny 1.0.0", "holds the value NaN")
                .hasCauseInstanceOf(ModelFormatException.class);
        Files.delete(model.file(networks.description().file()).orElseThrow());
        assertThatThrownBy(() -> policy.begin(PolicyContexts.of(model).build()))
                .hasMessageContaining("holds the value NaN");
    }

    @Test
    void aFileTooLargeIsRefused() throws Exception {
        Path large = Files.write(directory.resolve("large"), new byte[(16 << 20) + 1]);
        AdaptiveModel model = TestModels.builder(LAYERS, SUBSETS, List.of())
                .policy(new PolicyDescription("lstm-ppo-open", "policy.onnx", "open", 0, 4))
                .file("policy.onnx", large)
                .build();
        assertThatThrownBy(() -> policy("open").begin(PolicyContexts.of(model).build()))
                .hasMessageContaining("larger than 16 MiB");
    }

    /** Finite weights whose sums are not: the platform's fall-back answers, and nothing arbitrary. */
    @ParameterizedTest
    @ValueSource(floats = {Float.MAX_VALUE, -Float.MAX_VALUE})
    void answersThatAreNoNumbersAreAFailure(float huge) throws Exception {
        for (String loop : loops()) {
            Networks networks = Networks.random(1, loop, 0, 4, LAYERS, 1);
            java.util.Arrays.fill(networks.weights.get("lstm.bias"), 20);
            java.util.Arrays.fill(networks.weights.get("actor.weight"), huge);
            AdaptiveModel model = model(networks, SUBSETS, List.of());
            assertThatThrownBy(() -> Platform.run(
                            policy(loop), PolicyContexts.of(model).build(), (row, layers) -> new float[] {0.5f, 0.5f}))
                    .isInstanceOf(TminusException.class)
                    .hasMessageContaining("no number");
        }
    }

    @ParameterizedTest
    @MethodSource("loops")
    void aModelThatIsGoneIsForgotten(String loop) throws Exception {
        Policy policy = policy(loop);
        WeakReference<AdaptiveModel> gone = new WeakReference<>(used(policy, loop));
        for (int round = 0; round < 100 && gone.get() != null; round++) {
            System.gc();
            // Some garbage, so that the collector has a reason.
            assertThat(new byte[1 << 20]).hasSize(1 << 20);
        }
        assertThat(gone.get()).isNull();
        // The policy is in use up to here, and with it what it keeps.
        assertThat(policy).isNotNull();
    }

    private AdaptiveModel used(Policy policy, String loop) throws Exception {
        AdaptiveModel model = model(Networks.random(1, loop, 0, 4, LAYERS, 1), SUBSETS, List.of());
        assertThat(first(policy, PolicyContexts.of(model).build()).path()).isPresent();
        return model;
    }

    @ParameterizedTest
    @MethodSource("loops")
    void manyThreadsMayAskAtOnce(String loop) throws Exception {
        AdaptiveModel model = model(Networks.random(3, loop, 0, 9, LAYERS, 1.5f), SUBSETS, List.of());
        Worlds world = new Worlds(model, SUBSETS, 32, 3);
        PolicyContext context = PolicyContexts.of(model).lengths(world.lengths).build();
        Policy policy = policy(loop);
        List<Platform.Outcome> expected = Platform.run(policy(loop), context, world);

        IntStream.range(0, 64).parallel().forEach(round -> {
            try {
                assertThat(Platform.run(policy, context, world)).isEqualTo(expected);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private static Decision first(Policy policy, PolicyContext context) throws Exception {
        try (PolicyRun run = policy.begin(context)) {
            return run.first().get(0);
        }
    }
}
