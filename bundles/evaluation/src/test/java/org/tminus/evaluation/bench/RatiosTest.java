/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tminus.evaluation.bench.Race.Lap;

class RatiosTest {
    @Test
    void roundsAreComparedWithThemselves() {
        // The machine is ten times slower in the second round, for both.
        Lap lap = new Lap(new long[0], new double[] {50, 500, 60}, new double[0]);
        Lap reference = new Lap(new long[0], new double[] {100, 1000, 100}, new double[0]);

        Ratios ratios = Ratios.of(lap, reference);

        assertThat(ratios.median()).isEqualTo(0.5);
        assertThat(ratios.quartiles()).containsExactly(0.5, 0.6);
        assertThat(ratios.ci95()).containsExactly(0.5, 0.6);
    }

    @Test
    void theIntervalHoldsTheTrueMedianAsOftenAsItSays() {
        Random random = new Random(1);
        int holds = 0;
        int trials = 200;
        double width = 0;
        for (int trial = 0; trial < trials; trial++) {
            double[] ratios = IntStream.range(0, 25)
                    .mapToDouble(round -> 0.8 + 0.1 * random.nextGaussian())
                    .toArray();
            Ratios found = Ratios.of(ratios);
            holds += found.ci95().get(0) <= 0.8 && 0.8 <= found.ci95().get(1) ? 1 : 0;
            width += (found.ci95().get(1) - found.ci95().get(0)) / trials;
        }

        assertThat(holds).isGreaterThan((int) (0.9 * trials));
        // Twice 1.96 deviations of the median of 25.
        assertThat(width).isCloseTo(2 * 1.96 * 0.1 * 1.2533 / 5, within(0.03));
    }

    @Test
    void theOrderOfRoundsDoesNotMatter() {
        double[] ratios = {0.9, 0.7, 0.8, 1.4};
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);

        assertThat(Ratios.of(ratios)).isEqualTo(Ratios.of(sorted));
    }
}
