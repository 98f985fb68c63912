/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.stats;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Bootstrap intervals. The same seed gives the same interval. */
public final class Bootstrap {
    /** Draws where nobody says another number. */
    public static final int DRAWS = 2000;

    private Bootstrap() {}

    /** The 95 % percentile interval of the mean of {@code a - b}, rows drawn in pairs. */
    public static Interval paired(double[] a, double[] b, long seed) {
        if (a.length != b.length) {
            throw new IllegalArgumentException("Pairs need equal lengths, got " + a.length + " and " + b.length);
        }
        double[] differences = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            differences[i] = a[i] - b[i];
        }
        return mean(differences, DRAWS, 0.95, seed);
    }

    /**
     * The percentile interval of a mean.
     *
     * @param values at least one
     * @param draws resamples; 1000 or more
     * @param confidence such as 0.95
     */
    public static Interval mean(double[] values, int draws, double confidence, long seed) {
        if (values.length == 0) {
            throw new IllegalArgumentException("No interval without a value");
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] means = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[random.nextInt(values.length)];
            }
            means[draw] = sum / values.length;
        }
        Arrays.sort(means);
        double tail = (1 - confidence) / 2;
        return new Interval(quantile(means, tail), quantile(means, 1 - tail));
    }

    private static double quantile(double[] sorted, double share) {
        double at = share * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
