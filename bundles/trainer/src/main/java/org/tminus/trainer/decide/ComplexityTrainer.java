/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Trains the complexity predictor on oracle labels, with predictions for every row by trees that did not see it. */
public final class ComplexityTrainer {
    private static final int FOLDS = 5;
    private static final int MAX_ROUNDS = 200;
    private static final int ROUND_STEP = 10;
    private static final int RARE = 20;

    private ComplexityTrainer() {}

    /**
     * Trains and calibrates.
     *
     * @param features per row
     * @param labels per row the index of the menu path that suffices
     * @param menuSize number of paths
     * @param weights how much rows count by what they need
     * @param seed of folds and column sampling
     * @return {@code null} if the labels leave nothing to tell apart
     */
    public static @Nullable ComplexityModel train(
            float[][] features, int[] labels, int menuSize, ClassWeights weights, long seed) {
        List<Integer> classes = classes(labels, menuSize);
        if (classes.size() < 2) {
            return null;
        }
        int[] targets = new int[labels.length];
        for (int row = 0; row < labels.length; row++) {
            targets[row] = classOf(labels[row], classes);
        }
        float[] weight = weights.of(targets, classes.size());
        int[] fold = folds(labels.length, seed);
        TreeEnsemble[] byFold = new TreeEnsemble[FOLDS];
        for (int k = 0; k < FOLDS; k++) {
            byFold[k] = TreeEnsemble.parse(trainWithout(k, fold, features, targets, weight, classes.size(), seed));
        }
        int rounds = bestRounds(byFold, fold, features, targets, weight);
        double[][] scores = new double[labels.length][];
        for (int k = 0; k < FOLDS; k++) {
            TreeEnsemble cut = byFold[k].firstRounds(rounds);
            for (int row = 0; row < labels.length; row++) {
                if (fold[row] == k) {
                    scores[row] = cut.scores(features[row]);
                }
            }
        }
        // Each row is judged with a calibration that did not see it either.
        double[][] outOfFold = new double[labels.length][];
        double[][] uncalibrated = new double[labels.length][];
        for (int k = 0; k < FOLDS; k++) {
            ScoreCalibration others = ScoreCalibration.fit(scores, targets, fold, k);
            for (int row = 0; row < labels.length; row++) {
                if (fold[row] == k) {
                    outOfFold[row] = others.probabilities(scores[row]);
                    uncalibrated[row] = ScoreCalibration.none(classes.size()).probabilities(scores[row]);
                }
            }
        }
        ScoreCalibration calibration = ScoreCalibration.fit(scores, targets, fold, -1);
        String text = LightGbm.train(features, targets, weight, settings(classes.size(), rounds, seed));
        return new ComplexityModel(
                text,
                calibration,
                classes,
                outOfFold,
                PredictorReport.of(targets, outOfFold, classes.size()),
                PredictorReport.of(targets, uncalibrated, classes.size()).calibrationError());
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
            int left, int[] fold, float[][] features, int[] targets, float[] weight, int classes, long seed) {
        int[] rows =
                IntStream.range(0, fold.length).filter(row -> fold[row] != left).toArray();
        float[][] kept = new float[rows.length][];
        int[] labels = new int[rows.length];
        float[] weights = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            kept[i] = features[rows[i]];
            labels[i] = targets[rows[i]];
            weights[i] = weight[rows[i]];
        }
        return LightGbm.train(kept, labels, weights, settings(classes, MAX_ROUNDS, seed));
    }

    private static int bestRounds(
            TreeEnsemble[] byFold, int[] fold, float[][] features, int[] targets, float[] weight) {
        // Scores are summed up round by round, so that each tree is asked once.
        int classes = byFold[0].classes();
        double[] loss = new double[MAX_ROUNDS / ROUND_STEP];
        for (int row = 0; row < fold.length; row++) {
            TreeEnsemble ensemble = byFold[fold[row]];
            double[] scores = new double[classes];
            for (int step = 0; step < loss.length; step++) {
                ensemble.add(features[row], step * ROUND_STEP, (step + 1) * ROUND_STEP, scores);
                loss[step] -= weight[row] * logProbability(scores, targets[row]);
            }
        }
        int best = 0;
        for (int step = 1; step < loss.length; step++) {
            best = loss[step] < loss[best] ? step : best;
        }
        return (best + 1) * ROUND_STEP;
    }

    private static double logProbability(double[] scores, int label) {
        double max = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            max = Math.max(max, score);
        }
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score - max);
        }
        return scores[label] - max - Math.log(sum);
    }
}
