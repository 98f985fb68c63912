/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Groups;
import org.tminus.trainer.StageProgress;

/** Trains the complexity predictor on oracle labels, with predictions for every row by trees that did not see it. */
public final class ComplexityTrainer {
    /** Changes with whatever changes the result, so that kept results of another version are not taken for this one's. */
    public static final String VERSION = "trees 3";

    private static final int FOLDS = 5;
    private static final int RARE = 20;
    private static final int MANY_FEATURES = 128;
    /** Rounds to tell the time from. */
    private static final int FEW = 2;

    private static final int MORE = 8;
    /** Log-likelihood per row, in nats, that cheaper trees may give up. */
    private static final double TOLERANCE = 0.004;
    /** From many small trees to few large ones, which need fewer look-ups for what depends on many features at once. */
    private static final List<Growth> GROWTHS =
            List.of(new Growth(0.05, 12, 200, 10), new Growth(0.15, 31, 100, 5), new Growth(0.3, 63, 60, 4));

    /**
     * How trees grow.
     *
     * @param rate shrinkage
     * @param leaves per tree
     * @param maxRounds rounds to try
     * @param step rounds between tries
     */
    private record Growth(double rate, int leaves, int maxRounds, int step) {
        /** Splits per class and row, to which the time is about proportional. */
        long work() {
            return (long) leaves * maxRounds;
        }

        LightGbm.Settings settings(int classes, int rounds, long seed) {
            return new LightGbm.Settings(classes, rounds, rate, leaves, 30, seed);
        }
    }

    /** A number of rounds of a way of growing, with what it gives and costs. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Trial(Growth growth, TreeEnsemble[] byFold, int rounds, double loss, long flops) {}

    private ComplexityTrainer() {}

    /**
     * Trains and calibrates.
     *
     * @param features per row
     * @param labels per row the index of the menu path that suffices
     * @param menuSize number of paths
     * @param groups of the rows that belong together; none is in two folds
     * @param weights how much rows count by what they need
     * @param seed of folds and column sampling
     * @return {@code null} if the labels leave nothing to tell apart
     */
    public static @Nullable ComplexityModel train(
            float[][] features, int[] labels, int menuSize, Groups groups, ClassWeights weights, long seed) {
        return train(features, labels, menuSize, groups, weights, seed, StageProgress.silent());
    }

    /** The same, which says how far it is. */
    public static @Nullable ComplexityModel train(
            float[][] features,
            int[] labels,
            int menuSize,
            Groups groups,
            ClassWeights weights,
            long seed,
            StageProgress progress) {
        List<Integer> classes = classes(labels, menuSize);
        if (classes.size() < 2) {
            return null;
        }
        int[] targets = new int[labels.length];
        for (int row = 0; row < labels.length; row++) {
            targets[row] = classOf(labels[row], classes);
        }
        float[] weight = weights.of(targets, classes.size());
        int[] fold = groups.folds(FOLDS, seed);
        Trial trial = cheapest(trials(fold, features, targets, weight, classes.size(), seed, progress), labels.length);
        double[][] scores = new double[labels.length][];
        for (int k = 0; k < FOLDS; k++) {
            TreeEnsemble cut = trial.byFold()[k].firstRounds(trial.rounds());
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
        String text = LightGbm.train(
                features, targets, weight, trial.growth().settings(classes.size(), trial.rounds(), seed));
        return new ComplexityModel(
                text,
                calibration,
                classes,
                outOfFold,
                PredictorReport.of(targets, outOfFold, classes.size()),
                PredictorReport.of(targets, uncalibrated, classes.size()).calibrationError());
    }

    /**
     * About how long {@link #train} takes with so many features on these rows, from a few trees on some of them.
     *
     * @param columns features per row; those given are a sample
     * @param menuSize number of paths, of which about so many as classes are common enough
     */
    public static double expectedSeconds(float[][] features, int columns, int menuSize) {
        int rows = features.length;
        int classes = Math.max(2, Math.min(menuSize, rows / (2 * RARE)));
        SplittableRandom random = new SplittableRandom(1);
        int[] labels = new int[rows];
        float[] weights = new float[rows];
        for (int row = 0; row < rows; row++) {
            labels[row] = random.nextInt(classes);
            weights[row] = 1;
        }
        Growth growth = GROWTHS.get(1);
        double few = seconds(features, labels, weights, growth.settings(classes, FEW, 1));
        double more = seconds(features, labels, weights, growth.settings(classes, FEW + MORE, 1));
        // What comes before the first tree is paid once, not for each tree.
        double perWork = Math.max(0, more - few) / ((double) growth.leaves() * MORE);
        List<Growth> growths = growths(columns);
        long work = growths.stream().mapToLong(Growth::work).sum();
        return (perWork * work + few * growths.size()) * FOLDS * columns / features[0].length;
    }

    private static double seconds(float[][] features, int[] labels, float[] weights, LightGbm.Settings settings) {
        long begin = System.nanoTime();
        String unused = LightGbm.train(features, labels, weights, settings);
        return (System.nanoTime() - begin) / 1e9;
    }

    private static List<Growth> growths(int columns) {
        // With many features each way takes long, and the middle one suits most.
        return columns > MANY_FEATURES ? GROWTHS.subList(1, 2) : GROWTHS;
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

    private static String trainWithout(
            int left, int[] fold, float[][] features, int[] targets, float[] weight, LightGbm.Settings settings) {
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
        return LightGbm.train(kept, labels, weights, settings);
    }

    /** All ways of growing, cut after every few rounds, judged on rows that the trees did not see. */
    private static List<Trial> trials(
            int[] fold,
            float[][] features,
            int[] targets,
            float[] weight,
            int classes,
            long seed,
            StageProgress progress) {
        List<Trial> trials = new ArrayList<>();
        List<Growth> growths = growths(features[0].length);
        long total = growths.stream().mapToLong(Growth::work).sum() * FOLDS;
        long done = 0;
        for (Growth growth : growths) {
            LightGbm.Settings settings = growth.settings(classes, growth.maxRounds(), seed);
            TreeEnsemble[] byFold = new TreeEnsemble[FOLDS];
            for (int k = 0; k < FOLDS; k++) {
                progress.at(done, total);
                byFold[k] = TreeEnsemble.parse(trainWithout(k, fold, features, targets, weight, settings));
                done += growth.work();
            }
            double[] loss = losses(growth, byFold, fold, features, targets, weight);
            for (int step = 0; step < loss.length; step++) {
                int rounds = (step + 1) * growth.step();
                trials.add(new Trial(
                        growth,
                        byFold,
                        rounds,
                        loss[step],
                        byFold[0].firstRounds(rounds).flopsPerRow()));
            }
        }
        progress.at(done, total);
        return trials;
    }

    /** Per number of rounds; scores are summed up round by round, so that each tree is asked once. */
    private static double[] losses(
            Growth growth, TreeEnsemble[] byFold, int[] fold, float[][] features, int[] targets, float[] weight) {
        int classes = byFold[0].classes();
        double[] loss = new double[growth.maxRounds() / growth.step()];
        for (int row = 0; row < fold.length; row++) {
            TreeEnsemble ensemble = byFold[fold[row]];
            double[] scores = new double[classes];
            for (int step = 0; step < loss.length; step++) {
                ensemble.add(features[row], step * growth.step(), (step + 1) * growth.step(), scores);
                loss[step] -= weight[row] * logProbability(scores, targets[row]);
            }
        }
        return loss;
    }

    /** The cheapest trees that are as good as the best but for next to nothing: asking them costs every input. */
    private static Trial cheapest(List<Trial> trials, int rows) {
        double best = trials.stream().mapToDouble(Trial::loss).min().orElseThrow();
        return trials.stream()
                .filter(trial -> trial.loss() <= best + TOLERANCE * rows)
                .min(Comparator.comparingLong(Trial::flops))
                .orElseThrow();
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
