/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.tminus.evaluation.bench.Race.Lap;

/**
 * One engine's times over those of another, round by round: what slows the machine down for a while slows both, and rounds are what
 * is drawn again for the interval.
 *
 * @param median over the rounds
 * @param quartiles the first and the third
 * @param ci95 95 % interval of the median, low end first
 */
record Ratios(double median, List<Double> quartiles, List<Double> ci95) {
    private static final int DRAWS = 5000;
    private static final long SEED = 1;

    static Ratios of(Lap lap, Lap reference) {
        return of(IntStream.range(0, lap.roundNanos().length)
                .mapToDouble(round -> lap.roundNanos()[round] / reference.roundNanos()[round])
                .toArray());
    }

    /** @param ratios by round; at least one */
    static Ratios of(double[] ratios) {
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        SplittableRandom random = new SplittableRandom(SEED);
        double[] medians = new double[DRAWS];
        double[] drawn = new double[sorted.length];
        for (int draw = 0; draw < DRAWS; draw++) {
            Arrays.setAll(drawn, i -> sorted[random.nextInt(sorted.length)]);
            medians[draw] = Race.median(drawn);
        }
        Arrays.sort(medians);
        return new Ratios(
                Race.median(sorted),
                List.of(sorted[sorted.length / 4], sorted[(3 * sorted.length - 1) / 4]),
                List.of(medians[(int) (0.025 * DRAWS)], medians[(int) (0.975 * DRAWS) - 1]));
    }
}
