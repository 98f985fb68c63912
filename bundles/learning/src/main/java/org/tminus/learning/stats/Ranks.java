/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Statistics of order. Ties count half. */
public final class Ranks {
    private Ranks() {}

    /** Ranks from 1, equal values share the mean of theirs. */
    public static double[] of(double[] values) {
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] ranks = new double[values.length];
        int from = 0;
        while (from < order.length) {
            int to = from + 1;
            while (to < order.length && values[order[to]] == values[order[from]]) {
                to++;
            }
            double rank = (from + 1 + to) / 2.0;
            for (int i = from; i < to; i++) {
                ranks[order[i]] = rank;
            }
            from = to;
        }
        return ranks;
    }

    /** Spearman's rank correlation, -1 to 1; 0 if one side does not vary. */
    public static double spearman(double[] a, double[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("Pairs need equal lengths, got " + a.length + " and " + b.length);
        }
        double[] x = of(a);
        double[] y = of(b);
        double mean = (a.length + 1) / 2.0;
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - mean) * (y[i] - mean);
            xx += (x[i] - mean) * (x[i] - mean);
            yy += (y[i] - mean) * (y[i] - mean);
        }
        return xx == 0 || yy == 0 ? 0 : xy / Math.sqrt(xx * yy);
    }

    /** The chance that a positive has a higher score than a negative; 0.5 if one of them is missing. */
    public static double auc(double[] scores, boolean[] positive) {
        double[] ranks = of(scores);
        double sum = 0;
        long positives = 0;
        for (int i = 0; i < ranks.length; i++) {
            if (positive[i]) {
                sum += ranks[i];
                positives++;
            }
        }
        long negatives = ranks.length - positives;
        if (positives == 0 || negatives == 0) {
            return 0.5;
        }
        return (sum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
    }

    /**
     * How well scores order labels that are themselves ordered, such as depth classes: of all pairs with different labels,
     * the share whose scores are in the same order; 0.5 if all labels are equal.
     */
    public static double orderedAuc(double[] scores, int[] labels) {
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> scores[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] values = Arrays.stream(labels).distinct().sorted().toArray();
        long[] below = new long[values.length];
        long[] tied = new long[values.length];
        double concordant = 0;
        int from = 0;
        while (from < order.length) {
            int to = from + 1;
            while (to < order.length && scores[order[to]] == scores[order[from]]) {
                to++;
            }
            Arrays.fill(tied, 0);
            for (int i = from; i < to; i++) {
                tied[Arrays.binarySearch(values, labels[order[i]])]++;
            }
            long lowerBelow = 0;
            long lowerTied = 0;
            for (int k = 0; k < values.length; k++) {
                concordant += tied[k] * (lowerBelow + 0.5 * lowerTied);
                lowerBelow += below[k];
                lowerTied += tied[k];
            }
            for (int k = 0; k < values.length; k++) {
                below[k] += tied[k];
            }
            from = to;
        }
        double pairs = 0;
        long seen = 0;
        for (long count : below) {
            pairs += (double) count * seen;
            seen += count;
        }
        return pairs == 0 ? 0.5 : concordant / pairs;
    }
}
