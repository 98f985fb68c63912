/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.tminus.evaluation.measure.Timing;

/**
 * The mean time of one way over that of another, from the rounds that both answered one after the other. Rounds are what is
 * resampled: a machine that is slow for a while is slow for all inputs of a round, and for both ways.
 */
final class TimeRatio {
    private static final int DRAWS = 5000;

    private TimeRatio() {}

    /** The 95 % interval, low end first. */
    static List<Double> ci95(Timing way, Timing other, long seed) {
        double[] a = way.roundMillis();
        double[] b = other.roundMillis();
        if (a.length != b.length || a.length == 0) {
            throw new IllegalArgumentException("Rounds: " + a.length + " and " + b.length);
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] ratios = new double[DRAWS];
        for (int draw = 0; draw < DRAWS; draw++) {
            double above = 0;
            double below = 0;
            for (int i = 0; i < a.length; i++) {
                int round = random.nextInt(a.length);
                above += a[round];
                below += b[round];
            }
            ratios[draw] = above / below;
        }
        Arrays.sort(ratios);
        return List.of(ratios[(int) (0.025 * DRAWS)], ratios[(int) (0.975 * DRAWS) - 1]);
    }
}
