/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.osgi.framework.Version;
import org.tminus.coordinator.internal.request.ShownProbabilities;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.learning.policy.Loop;
import org.tminus.learning.policy.LstmShape;
import org.tminus.learning.policy.SeenInTraining;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.Path;
import org.tminus.model.PredictorDescription;
import org.tminus.model.TensorSpec;
import org.tminus.policy.PolicyContexts;
import org.tminus.policy.lstm.internal.SeenWhenServed;
import org.tminus.predictor.Complexity;
import org.tminus.tensor.ElementType;

/** A policy that reads exits sees the same numbers where it learns and where it is served, to the last bit. */
class ServedAlikeTest {
    private static final int LAYERS = 6;
    private static final int ROWS = 40;
    private static final long PREDICTOR_FLOPS = 77;

    /** The layers that run on each path; the exit of layer 2 is never there. */
    private static final List<List<List<Integer>>> MENUS = List.of(
            prefixes(1, 2, 3, 4, 5, 6),
            prefixes(1, 4, 5, 6),
            prefixes(4, 5, 6),
            List.of(List.of(0, 5), List.of(0, 2, 5), List.of(0, 2, 4, 5), List.of(0, 1, 2, 3, 4, 5)),
            List.of(List.of(0), List.of(0, 3, 4), List.of(0, 3, 4, 5), List.of(0, 1, 2, 3, 4, 5)));

    private static final Set<Integer> MENUS_WITH_UNREAD_EXITS = Set.of(1, 2, 4);

    static Stream<Arguments> worlds() {
        List<Arguments> worlds = new ArrayList<>();
        for (int menu = 0; menu < MENUS.size(); menu++) {
            for (boolean embeddings : new boolean[] {false, true}) {
                for (int version = 1; version <= 2; version++) {
                    worlds.add(Arguments.of(menu, embeddings, version));
                }
            }
        }
        return worlds.stream();
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void trainingSeesWhatServingSees(int menu, boolean embeddings, int version) throws Exception {
        World world = new World(MENUS.get(menu), embeddings, 7L + menu);
        Outcomes outcomes = world.outcomes();
        SeenInTraining training =
                new SeenInTraining(outcomes, new LstmShape(LAYERS, world.complexityClasses(), 6, Loop.CLOSED, version));
        Set<Integer> visited = new HashSet<>();
        int unlikeTheNodeBefore = 0;
        for (int seed = 0; seed < 8; seed++) {
            SeenWhenServed served = new SeenWhenServed(world.model, version, seed);
            double budget = 0.1 + 0.1 * seed;
            for (int row = 0; row < ROWS; row++) {
                int single = row;
                List<float[]> observations = served.serve(
                        PolicyContexts.of(world.model)
                                .complexities(List.of(world.complexities.get(row)))
                                .lengths(1L)
                                .build(),
                        budget,
                        layers -> ShownProbabilities.of(world.scores(single, numbers(layers))));
                PathTrie.Node node = world.trie.root();
                for (float[] observation : observations) {
                    int layer = Math.round(observation[1] * LAYERS) - 1;
                    node = layer < 0 ? node : world.trie.after(node, layer);
                    assertThat(observation)
                            .as("row %d after layer %d", row, layer)
                            .containsExactly(training.at(node.index(), row, budget));
                    if (training.isRead(node.index())) {
                        visited.add(node.index());
                        boolean like = outcomes.observation(node.index(), row, 3) == observation[8];
                        unlikeTheNodeBefore += like ? 0 : 1;
                    }
                }
            }
        }
        for (PathTrie.Node node : world.trie.nodes()) {
            assertThat(visited.contains(node.index())).isEqualTo(training.isRead(node.index()));
        }
        if (MENUS_WITH_UNREAD_EXITS.contains(menu)) {
            assertThat(unlikeTheNodeBefore)
                    .as("answers like the last that was read and not that of the node before, or the other way round")
                    .isPositive();
        }
    }

    private static List<List<Integer>> prefixes(int... depths) {
        return Arrays.stream(depths)
                .mapToObj(depth -> MenuPath.prefix(depth).layers())
                .toList();
    }

    private static List<Integer> numbers(List<LayerId> layers) {
        return layers.stream()
                .map(layer -> Integer.valueOf(layer.value().substring("layer.".length())))
                .toList();
    }

    private static LayerId layer(int index) {
        return new LayerId("layer." + index);
    }

    private static ExitId exit(int index) {
        return index == LAYERS - 1 ? ExitId.FINAL : new ExitId("exit." + index);
    }

    /** A model whose exits give random scores. */
    private static final class World {
        private static final int EXITLESS = 2;

        final PathTrie trie;
        final AdaptiveModel model;
        final List<Complexity> complexities = new ArrayList<>();
        private final boolean embeddings;
        private final Map<List<Integer>, float[][]> scores = new HashMap<>();

        World(List<List<Integer>> menu, boolean embeddings, long seed) {
            this.embeddings = embeddings;
            List<MenuPath> paths = menu.stream()
                    .map(layers -> new MenuPath(layers, layers.get(layers.size() - 1)))
                    .filter(path -> path.exit() != EXITLESS)
                    .toList();
            trie = PathTrie.of(paths, LAYERS);
            model = model(paths);
            Random random = new Random(seed);
            for (int row = 0; row < ROWS; row++) {
                float[] probabilities = {random.nextFloat(), 0};
                probabilities[1] = 1 - probabilities[0];
                complexities.add(Complexity.ofProbabilities(probabilities));
            }
            for (PathTrie.Node node : trie.nodes().subList(1, trie.nodes().size())) {
                if (node.layer() != EXITLESS) {
                    float[][] all = new float[ROWS][];
                    Arrays.setAll(all, row -> embeddings ? embedding(random) : classes(random));
                    scores.put(layers(node), all);
                }
            }
        }

        /** From unsure to so sure that single precision says 1. */
        private static float[] classes(Random random) {
            float[] scores = new float[4];
            double spread = Math.exp(4 * random.nextDouble() - 1);
            for (int k = 0; k < scores.length; k++) {
                scores[k] = (float) (spread * random.nextGaussian());
            }
            return scores;
        }

        /** Its largest numbers are so close that they may be alike in single precision once they are probabilities. */
        private static float[] embedding(Random random) {
            float[] values = new float[16];
            for (int k = 0; k < values.length; k++) {
                values[k] = (float) (0.25 * Math.tanh(random.nextGaussian()));
            }
            values[random.nextInt(3)] = 0.25f;
            values[random.nextInt(3)] = Math.nextUp(0.25f);
            return values;
        }

        private static AdaptiveModel model(List<MenuPath> menu) {
            AdaptiveModelBuilder builder = new AdaptiveModelBuilder("tiny", Version.parseVersion("1.0.0"))
                    .signature(new ModelSignature(
                            List.of(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 4L))),
                            List.of(new TensorSpec("y", ElementType.FLOAT32, List.of(TensorSpec.ANY, 4L))),
                            Optional.empty()))
                    .stem("h0", List.of(), cost(53))
                    .hidden(new HiddenState(ElementType.FLOAT32, TensorSpec.ANY, 4, "first"))
                    .predictor(new PredictorDescription(
                            "predictor.onnx", "tokens-v1", List.of(0, menu.size() - 1), PREDICTOR_FLOPS));
            for (int index = 0; index < LAYERS; index++) {
                builder.layer(
                        layer(index),
                        "h" + index,
                        "h" + (index + 1),
                        Optional.empty(),
                        List.of(),
                        cost(300 + 10 * index));
                if (index != EXITLESS) {
                    builder.exit(
                            exit(index),
                            Optional.of(layer(index)),
                            index == LAYERS - 1 ? "model.onnx" : "exits.onnx",
                            "in",
                            Map.of("y", "out"),
                            cost(30 + index));
                }
            }
            menu.forEach(path -> builder.menuPath(
                    new Path(path.layers().stream().map(ServedAlikeTest::layer).toList(), exit(path.exit()))));
            return builder.build();
        }

        private static Cost cost(double flops) {
            return Cost.of(new double[] {flops}, 8, new double[] {8});
        }

        int complexityClasses() {
            return 2;
        }

        float[] scores(int row, List<Integer> layersRun) {
            float[][] all = scores.get(layersRun);
            return all == null ? new float[0] : all[row];
        }

        Outcomes outcomes() throws EvaluationException {
            AnswerTable table = new AnswerTable(trie, ROWS);
            EmbeddingTable kept = new EmbeddingTable(trie, ROWS);
            for (int row = 0; row < ROWS; row++) {
                for (PathTrie.Node node : trie.nodes().subList(1, trie.nodes().size())) {
                    float[] here = scores(row, layers(node));
                    if (here.length > 0) {
                        table.accept(node.index(), new int[] {row}, here);
                        kept.accept(node.index(), new int[] {row}, here);
                    }
                }
            }
            kept.finish();
            int[] truth = new int[ROWS];
            Arrays.fill(truth, embeddings ? -1 : 0);
            Outcomes outcomes = table.outcomes(new Costs(model), truth, new int[ROWS]);
            float[][] probabilities = new float[ROWS][];
            Arrays.setAll(probabilities, row -> new float[] {
                complexities.get(row).probability(0), complexities.get(row).probability(1)
            });
            return (embeddings ? outcomes.withVerdicts(kept.answers(0.5)) : outcomes)
                    .withComplexity(probabilities, new int[] {0, trie.menu().size() - 1});
        }

        private List<Integer> layers(PathTrie.Node node) {
            List<Integer> layers = new ArrayList<>();
            for (PathTrie.Node at = node; at.index() > 0; at = trie.nodes().get(at.parent())) {
                layers.add(0, at.layer());
            }
            return layers;
        }
    }

    private record Costs(AdaptiveModel model) implements PathCosts {
        @Override
        public double stem(int length) {
            return model.stem().cost().flops(length);
        }

        @Override
        public double layer(int layer, int length) {
            return model.layers().get(layer).cost().flops(length);
        }

        @Override
        public double exit(int exit, int length) {
            return model.exit(ServedAlikeTest.exit(exit))
                    .map(found -> found.cost().flops(length))
                    .orElse(0L);
        }

        @Override
        public double predictor(int length) {
            return PREDICTOR_FLOPS;
        }
    }
}
