/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.LayerId;
import org.tminus.predictor.Complexity;

/** Rows of random lengths, complexities and answers, the same for the product and for the tables that learning uses. */
final class Worlds implements Platform.Answers {
    final AdaptiveModel model;
    final long[] lengths;
    final List<Complexity> complexities = new ArrayList<>();
    private final List<MenuPath> menu;
    private final long seed;

    Worlds(AdaptiveModel model, List<MenuPath> menu, int rows, long seed) {
        this.model = model;
        this.menu = menu;
        this.seed = seed;
        lengths = new long[rows];
        Random random = new Random(seed);
        int classes = model.predictor().map(found -> found.classes().size()).orElse(0);
        for (int row = 0; row < rows; row++) {
            lengths[row] = 1 + random.nextInt(100);
            if (classes > 0) {
                complexities.add(Complexity.ofProbabilities(softmax(random, classes, 2)));
            }
        }
    }

    @Override
    public float[] at(int batchRow, List<LayerId> layersRun) {
        Random random = new Random(seed * 31 + batchRow * 1_000_003L + layersRun.hashCode());
        return softmax(random, TestModels.CLASSES, 0.5 + layersRun.size());
    }

    private static float[] softmax(Random random, int classes, double spread) {
        double[] scores = new double[classes];
        double sum = 0;
        for (int index = 0; index < classes; index++) {
            scores[index] = Math.exp(spread * random.nextGaussian());
            sum += scores[index];
        }
        float[] probabilities = new float[classes];
        for (int index = 0; index < classes; index++) {
            probabilities[index] = (float) (scores[index] / sum);
        }
        return probabilities;
    }

    /** The tables of all this. */
    Outcomes outcomes() {
        PathTrie trie = PathTrie.of(menu, model.layers().size());
        int rows = lengths.length;
        int nodes = trie.nodes().size();
        int[][] answers = new int[nodes][rows];
        float[][] observations = new float[nodes][rows * Outcomes.OBSERVATIONS];
        int[] lengthsByRow = new int[rows];
        for (int row = 0; row < rows; row++) {
            lengthsByRow[row] = (int) lengths[row];
            for (PathTrie.Node node : trie.nodes().subList(1, nodes)) {
                float[] probabilities = at(row, layers(trie, node));
                int answer = 0;
                double entropy = 0;
                for (int index = 0; index < probabilities.length; index++) {
                    answer = probabilities[index] > probabilities[answer] ? index : answer;
                    entropy -= probabilities[index] * Math.log(probabilities[index]);
                }
                float second = 0;
                for (int index = 0; index < probabilities.length; index++) {
                    second = index == answer ? second : Math.max(second, probabilities[index]);
                }
                answers[node.index()][row] = answer;
                int at = row * Outcomes.OBSERVATIONS;
                observations[node.index()][at] = probabilities[answer];
                observations[node.index()][at + 1] = probabilities[answer] - second;
                observations[node.index()][at + 2] = (float) (entropy / Math.log(probabilities.length));
                observations[node.index()][at + 3] = node.parent() > 0 && answers[node.parent()][row] == answer ? 1 : 0;
            }
        }
        Outcomes outcomes = new Outcomes(
                trie,
                new TestModels.Costs(model),
                TestModels.CLASSES,
                answers,
                observations,
                new int[rows],
                lengthsByRow,
                null);
        if (complexities.isEmpty()) {
            return outcomes;
        }
        float[][] probabilities = new float[rows][];
        for (int row = 0; row < rows; row++) {
            probabilities[row] = new float[complexities.get(row).classes()];
            for (int index = 0; index < probabilities[row].length; index++) {
                probabilities[row][index] = complexities.get(row).probability(index);
            }
        }
        int[] paths = model.predictor().orElseThrow().classes().stream()
                .mapToInt(Integer::intValue)
                .toArray();
        return outcomes.withComplexity(probabilities, paths);
    }

    private static List<LayerId> layers(PathTrie trie, PathTrie.Node node) {
        List<LayerId> layers = new ArrayList<>();
        for (PathTrie.Node at = node; at.parent() >= 0; at = trie.nodes().get(at.parent())) {
            layers.add(0, TestModels.layer(at.layer()));
        }
        return layers;
    }
}
