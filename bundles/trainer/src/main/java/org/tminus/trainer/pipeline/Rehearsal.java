/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.OutcomeRunner;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.ForwardingExamples;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.learning.policy.Loop;
import org.tminus.learning.policy.PpoOptions;
import org.tminus.learning.policy.PpoTrainer;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.decide.ComplexityTrainer;
import org.tminus.trainer.decide.FeatureReader;
import org.tminus.trainer.pack.ModelGraphs;

/**
 * Tries a little of each stage after the trunk, to say how long all of them will take: some inputs through the model as it
 * came, some trees on the real features, some rounds of a policy on made-up outcomes of the real size. Nothing is kept.
 *
 * @param paths running every candidate path on the decision split, and those of the menu on the calibration split
 * @param predictor training it, and the one on the stem's state that it is compared with
 * @param policies training those that learn
 */
public record Rehearsal(Duration paths, Duration predictor, Duration policies) {
    private static final int ROWS = 64;
    private static final int ROUNDS = 3;
    /** A menu of about so many paths is usual. */
    private static final int MENU = 12;
    /** The menu is not known yet; it has about so much of the work of all candidates. */
    private static final double MENU_SHARE = 0.5;

    /**
     * Tries.
     *
     * @param model as it came, with the end that is to be trained
     * @param decision the decision split; the calibration split stays closed, and is taken for as large
     * @param stop asked between the stages
     * @return {@code null} if it was stopped
     * @throws IOException if the inputs do not run
     */
    public static @Nullable Rehearsal of(
            OnnxModel model,
            Recipe recipe,
            Examples decision,
            PipelineOptions.PolicyEffort effort,
            BooleanSupplier stop)
            throws IOException {
        ModelGraphs graphs = ModelGraphs.of(model, null);
        List<MenuPath> prefixes = IntStream.rangeClosed(1, graphs.layers())
                .mapToObj(MenuPath::prefix)
                .toList();
        PathTrie trie = candidates(recipe, graphs, prefixes);
        try {
            double row = secondsPerRow(graphs, decision, stop);
            double edges = (double) (trie.nodes().size() - 1) / graphs.layers();
            double paths = row * edges * decision.size() * (1 + MENU_SHARE);
            String name = recipe.features() != null
                    ? recipe.features()
                    : FeatureReader.fitting(graphs.analysis().signature()).orElse(null);
            int menu = Math.min(MENU, trie.menu().size());
            double predictor = 0;
            if (name != null) {
                float[][] features =
                        FeatureReader.of(name, graphs.analysis().signature()).read(decision);
                predictor = ComplexityTrainer.expectedSeconds(features, features[0].length, menu)
                        + ComplexityTrainer.expectedSeconds(features, 2 * width(graphs.analysis()), menu);
            }
            if (stop.getAsBoolean()) {
                return null;
            }
            double policies = effort.updates() == 0 || graphs.layers() < 2
                    ? 0
                    : policies(decision.size(), prefixes, name != null, effort, stop);
            return new Rehearsal(seconds(paths), seconds(predictor), seconds(policies));
        } catch (CancellationException e) {
            return null;
        }
    }

    /** All of it. */
    public Duration total() {
        return paths.plus(predictor).plus(policies);
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (1e9 * seconds));
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private static PathTrie candidates(Recipe recipe, ModelGraphs graphs, List<MenuPath> prefixes) {
        List<MenuPath> all = new ArrayList<>(prefixes.subList(0, prefixes.size() - 1));
        recipe.subsets().apply(graphs.layers()).stream()
                .filter(path -> !prefixes.contains(path) && !all.contains(path))
                .forEach(all::add);
        all.add(prefixes.get(prefixes.size() - 1));
        return PathTrie.of(all, graphs.layers());
    }

    /** Of full depth, in the way that outcomes are made. */
    private static double secondsPerRow(ModelGraphs graphs, Examples decision, BooleanSupplier stop)
            throws IOException {
        PathTrie full = PathTrie.of(List.of(MenuPath.prefix(graphs.layers())), graphs.layers());
        int rows = Math.min(ROWS, decision.size());
        EvaluationProgress progress = new EvaluationProgress() {
            @Override
            public void at(String step, long done, long total) {}

            @Override
            public boolean isCancelled() {
                return stop.getAsBoolean();
            }
        };
        try (OutcomeRunner runner = new OutcomeRunner(graphs.parts(), full)) {
            runner.run(new FirstRows(decision, Math.min(4, rows)), rows, progress);
            long begin = System.nanoTime();
            runner.run(new FirstRows(decision, rows), rows, progress);
            return since(begin) / rows;
        } catch (EvaluationException e) {
            throw new IOException(e.getMessage() + " " + e.advice(), e);
        }
    }

    /** Of the state between layers. */
    private static int width(GraphAnalysis analysis) {
        List<Dimension> shape = analysis.hidden().orElseThrow().shape();
        if (shape == null || shape.isEmpty() || !shape.get(shape.size() - 1).isFixed()) {
            return 1;
        }
        return (int) shape.get(shape.size() - 1).size();
    }

    private static double policies(
            int rows,
            List<MenuPath> prefixes,
            boolean predicted,
            PipelineOptions.PolicyEffort effort,
            BooleanSupplier stop) {
        Outcomes outcomes = madeUp(rows, prefixes, predicted);
        PpoOptions options = PpoOptions.builder().updates(ROUNDS).build();
        long[] first = new long[1];
        long begin = System.nanoTime();
        new PpoTrainer(outcomes, outcomes, Loop.CLOSED, options).train(1, (seed, figures, updates) -> {
            if (stop.getAsBoolean()) {
                throw new CancellationException("stopped");
            }
            first[0] = first[0] == 0 ? System.nanoTime() : first[0];
        });
        double round = since(first[0]) / (ROUNDS - 1);
        double before = Math.max(0, (first[0] - begin) / 1e9 - round);
        // Each loop from every seed, and once more for the comparison with the optimum.
        int trainings = (predicted ? 2 : 1) * effort.seeds() + 1;
        return trainings * (before + effort.updates() * round);
    }

    /** Inputs that need one layer or another, seen through noise. */
    private static Outcomes madeUp(int rows, List<MenuPath> prefixes, boolean predicted) {
        SplittableRandom random = new SplittableRandom(1);
        PathTrie trie = PathTrie.of(prefixes, prefixes.size());
        int nodes = trie.nodes().size();
        int[][] answers = new int[nodes][rows];
        float[][] observations = new float[nodes][rows * Outcomes.OBSERVATIONS];
        answers[0] = new int[0];
        observations[0] = new float[0];
        int[] truth = new int[rows];
        float[][] complexity = new float[rows][prefixes.size()];
        for (int row = 0; row < rows; row++) {
            int needed = random.nextInt(prefixes.size()) + 1;
            for (PathTrie.Node node : trie.nodes().subList(1, nodes)) {
                boolean right = node.depth() >= needed;
                answers[node.index()][row] = right ? 0 : 1;
                for (int i = 0; i < Outcomes.OBSERVATIONS; i++) {
                    observations[node.index()][row * Outcomes.OBSERVATIONS + i] =
                            (float) (right ? 1 - 0.4 * random.nextDouble() : 0.2 + 0.6 * random.nextDouble());
                }
            }
            Arrays.fill(complexity[row], 0.5f / prefixes.size());
            complexity[row][needed - 1] += 0.5f;
        }
        return new Outcomes(
                trie, new Even(), 2, answers, observations, truth, truth.clone(), predicted ? complexity : null);
    }

    private record FirstRows(Examples examples, int size) implements ForwardingExamples {}

    /** Layers that cost the same, and exits that cost little. */
    private record Even() implements PathCosts {
        @Override
        public double stem(int length) {
            return 0.1;
        }

        @Override
        public double layer(int layer, int length) {
            return 1;
        }

        @Override
        public double exit(int exit, int length) {
            return 0.05;
        }

        @Override
        public double predictor(int length) {
            return 0.01;
        }
    }
}
