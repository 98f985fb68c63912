/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.learning.outcome.PathTrie;

/** Outcomes of a model that does not exist: each example has a difficulty, which answers and observations follow. */
public final class SyntheticOutcomes {
    public static final int CLASSES = 10;

    private SyntheticOutcomes() {}

    /** Stem 10, layers 100, exits 5 (the model's own end as well), predictor 2; sequences cost by length/10 if given. */
    public static final class Costs implements PathCosts {
        private static double factor(int length) {
            return length == 0 ? 1 : length / 10.0;
        }

        @Override
        public double stem(int length) {
            return 10 * factor(length) * 1e4;
        }

        @Override
        public double layer(int layer, int length) {
            return 100 * factor(length) * 1e4;
        }

        @Override
        public double exit(int exit, int length) {
            return 5e4;
        }

        @Override
        public double predictor(int length) {
            return 2e4;
        }
    }

    public static List<MenuPath> prefixes(int layers) {
        List<MenuPath> menu = new ArrayList<>();
        for (int depth = 1; depth <= layers; depth++) {
            menu.add(MenuPath.prefix(depth));
        }
        return menu;
    }

    /** Prefixes of the layers as menu, with a predictor that knows the difficulty roughly. */
    public static Outcomes chain(int rows, int layers, long seed) {
        return of(PathTrie.of(prefixes(layers), layers), rows, seed, true);
    }

    /**
     * @param predictor whether to give probabilities of complexity; classes are the paths of the menu
     */
    public static Outcomes of(PathTrie trie, int rows, long seed, boolean predictor) {
        Random random = new Random(seed);
        int nodes = trie.nodes().size();
        int layers = trie.layers();
        int[][] answers = new int[nodes][rows];
        float[][] observations = new float[nodes][rows * Outcomes.OBSERVATIONS];
        answers[0] = new int[0];
        observations[0] = new float[0];
        int[] truth = new int[rows];
        int[] lengths = new int[rows];
        float[][] complexity = new float[rows][trie.menu().size()];
        for (int row = 0; row < rows; row++) {
            truth[row] = random.nextInt(CLASSES);
            // A square makes most examples easy.
            double u = random.nextDouble();
            double difficulty = u * u * layers;
            double unsure = 0.4 + 0.6 * random.nextDouble();
            for (PathTrie.Node node : trie.nodes().subList(1, nodes)) {
                double margin = 1.6 * (node.depth() + 0.3 - difficulty) / (0.6 + 0.1 * layers)
                        + 0.8 * unsure * random.nextGaussian();
                int wrong = (truth[row] + 1 + (row + node.depth() / 3) % (CLASSES - 1)) % CLASSES;
                answers[node.index()][row] = margin > 0 ? truth[row] : wrong;
                // What is seen of the margin, never quite clearly; an unsure wrong answer looks like an unsure right
                // one.
                double seen = margin + 0.5 * random.nextGaussian();
                double confidence = 0.02 + 0.98 / (1 + Math.exp(-1.5 * seen));
                int at = row * Outcomes.OBSERVATIONS;
                observations[node.index()][at] = (float) confidence;
                observations[node.index()][at + 1] = (float) Math.max(0, 2 * confidence - 1);
                observations[node.index()][at + 2] = (float)
                        (-confidence * Math.log(confidence) - (1 - confidence) * Math.log(1 - confidence + 1e-9));
                observations[node.index()][at + 3] =
                        node.parent() > 0 && answers[node.parent()][row] == answers[node.index()][row] ? 1 : 0;
            }
            double guess = difficulty + 1.2 * random.nextGaussian();
            double sum = 0;
            for (int k = 0; k < complexity[row].length; k++) {
                double distance = trie.menu().get(k).layers().size() - 0.5 - guess;
                complexity[row][k] = (float) Math.exp(-distance * distance / 3);
                sum += complexity[row][k];
            }
            for (int k = 0; k < complexity[row].length; k++) {
                complexity[row][k] /= (float) sum;
            }
        }
        return new Outcomes(
                trie, new Costs(), CLASSES, answers, observations, truth, lengths, predictor ? complexity : null);
    }
}
