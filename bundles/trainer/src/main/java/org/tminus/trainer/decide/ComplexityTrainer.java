/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Trains the complexity predictor on oracle labels, with predictions for every row by trees that did not see it. */
public final class ComplexityTrainer {
    private static final int FOLDS = 5;
    private static final int MAX_ROUNDS = 200;
    private static final int ROUND_STEP = 10;
    private static final int RARE = 20;

    private ComplexityTrainer() {}

    /**
     * Trains.
     *
     * @param features per row
     * @param labels per row the index of the menu path that suffices
     * @param menuSize number of paths
     * @param seed of folds and column sampling
     * @return {@code null} if the labels leave nothing to tell apart
     */
    public static @Nullable ComplexityModel train(float[][] features, int[] labels, int menuSize, long seed) {
        List<Integer> classes = classes(labels, menuSize);
        if (classes.size() < 2) {
            return null;
        }
        int[] targets = new int[labels.length];
        for (int row = 0; row < labels.length; row++) {
            targets[row] = classOf(labels[row], classes);
        }
        int[] fold = folds(labels.length, seed);
        TreeEnsemble[] byFold = new TreeEnsemble[FOLDS];
        for (int k = 0; k < FOLDS; k++) {
            byFold[k] = TreeEnsemble.parse(trainWithout(k, fold, features, targets, classes.size(), seed));
        }
        int rounds = bestRounds(byFold, fold, features, targets);
        double[][] outOfFold = new double[labels.length][];
        TreeEnsemble[] cut = new TreeEnsemble[FOLDS];
        for (int k = 0; k < FOLDS; k++) {
            cut[k] = byFold[k].firstRounds(rounds);
        }
        int right = 0;
        for (int row = 0; row < labels.length; row++) {
            outOfFold[row] = cut[fold[row]].probabilities(features[row]);
            if (argMax(outOfFold[row]) == targets[row]) {
                right++;
            }
        }
        String text = LightGbm.train(features, targets, settings(classes.size(), rounds, seed));
        return new ComplexityModel(TreeEnsemble.parse(text), text, classes, outOfFold, (double) right / labels.length);
    }

    private static LightGbm.Settings settings(int classes, int rounds, long seed) {
        return new LightGbm.Settings(classes, rounds, 0.05, 12, 30, seed);
    }

    /**
     * The labels that are common enough to be learned; a rare one counts as the next costlier, which is never less than the
     * input needs.
     */
    static List<Integer> classes(int[] labels, int menuSize) {
        int[] count = new int[menuSize];
        for (int label : labels) {
            count[label]++;
        }
        List<Integer> classes = new ArrayList<>();
        int carried = 0;
        for (int index = 0; index < menuSize; index++) {
            carried += count[index];
            boolean last = index == menuSize - 1;
            if (carried >= RARE || (last && carried > 0)) {
                classes.add(index);
                carried = 0;
            }
        }
        return classes;
    }

    static int classOf(int label, List<Integer> classes) {
        int k = 0;
        while (classes.get(k) < label) {
            k++;
        }
        return k;
    }

    private static int[] folds(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] fold = new int[rows];
        for (int row = 0; row < rows; row++) {
            int other = random.nextInt(row + 1);
            fold[row] = fold[other];
            fold[other] = row % FOLDS;
        }
        return fold;
    }

    private static String trainWithout(
            int left, int[] fold, float[][] features, int[] targets, int classes, long seed) {
        List<float[]> rows = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (int row = 0; row < fold.length; row++) {
            if (fold[row] != left) {
                rows.add(features[row]);
                labels.add(targets[row]);
            }
        }
        return LightGbm.train(
                rows.toArray(new float[0][]),
                labels.stream().mapToInt(Integer::intValue).toArray(),
                settings(classes, MAX_ROUNDS, seed));
    }

    private static int bestRounds(TreeEnsemble[] byFold, int[] fold, float[][] features, int[] targets) {
        int best = ROUND_STEP;
        double bestLoss = Double.POSITIVE_INFINITY;
        for (int rounds = ROUND_STEP; rounds <= MAX_ROUNDS; rounds += ROUND_STEP) {
            TreeEnsemble[] cut = new TreeEnsemble[byFold.length];
            for (int k = 0; k < cut.length; k++) {
                cut[k] = byFold[k].firstRounds(rounds);
            }
            double loss = 0;
            for (int row = 0; row < fold.length; row++) {
                loss -= Math.log(Math.max(1e-12, cut[fold[row]].probabilities(features[row])[targets[row]]));
            }
            if (loss < bestLoss) {
                bestLoss = loss;
                best = rounds;
            }
        }
        return best;
    }

    private static int argMax(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }
}
