/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.stats;

/** Intervals of shares and means by formula. */
public final class Proportions {
    private static final double Z95 = 1.959963984540054;

    private Proportions() {}

    /** Wilson's 95 % interval of a share. */
    public static Interval wilson95(long successes, long trials) {
        if (trials <= 0 || successes < 0 || successes > trials) {
            throw new IllegalArgumentException(successes + " successes in " + trials + " trials");
        }
        double n = trials;
        double share = successes / n;
        double z2 = Z95 * Z95;
        double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
        double half = Z95 / (1 + z2 / n) * Math.sqrt(share * (1 - share) / n + z2 / (4 * n * n));
        return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
    }

    /** The normal 95 % interval of a mean of values, such as expected correctness per row; one value gives a point. */
    public static Interval normal95(double[] values) {
        double mean = mean(values);
        double half = Z95 * standardDeviation(values) / Math.sqrt(values.length);
        return new Interval(mean - half, mean + half);
    }

    /** The mean; NaN of nothing. */
    public static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    /** The standard deviation with n - 1; 0 for fewer than two values. */
    public static double standardDeviation(double[] values) {
        if (values.length < 2) {
            return 0;
        }
        double mean = mean(values);
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return Math.sqrt(sum / (values.length - 1));
    }
}
