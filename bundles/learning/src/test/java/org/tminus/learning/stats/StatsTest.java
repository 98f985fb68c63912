/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class StatsTest {
    @Test
    void bootstrapCoversAsOftenAsItSays() {
        Random random = new Random(1);
        int covered = 0;
        for (int trial = 0; trial < 200; trial++) {
            double[] values = new double[120];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextDouble() < 0.3 ? 1 : 0;
            }
            Interval interval = Bootstrap.mean(values, 1000, 0.95, trial);
            covered += interval.low() <= 0.3 && interval.high() >= 0.3 ? 1 : 0;
        }
        assertThat(covered / 200.0).isBetween(0.90, 0.99);
    }

    @Test
    void pairsRemoveWhatBothSidesShare() {
        Random random = new Random(2);
        double[] a = new double[400];
        double[] b = new double[400];
        for (int i = 0; i < a.length; i++) {
            double shared = 100 * random.nextGaussian();
            a[i] = shared + 1 + 0.1 * random.nextGaussian();
            b[i] = shared;
        }
        assertThat(Bootstrap.paired(a, b, 7).isAbove(0.9)).isTrue();
        assertThat(Bootstrap.paired(a, b, 7)).isEqualTo(Bootstrap.paired(a, b, 7));
        assertThat(Bootstrap.paired(b, a, 7).isBelow(0)).isTrue();
    }

    @Test
    void wilsonGivesTheKnownInterval() {
        // Reference: Brown, Cai, DasGupta 2001 formula for 8 of 10.
        Interval interval = Proportions.wilson95(8, 10);
        assertThat(interval.low()).isCloseTo(0.4902, within(1e-3));
        assertThat(interval.high()).isCloseTo(0.9433, within(1e-3));
        assertThat(Proportions.wilson95(0, 10).low()).isZero();
        assertThat(Proportions.wilson95(10, 10).high()).isCloseTo(1, within(1e-12));
    }

    @Test
    void ranksShareTies() {
        assertThat(Ranks.of(new double[] {3, 1, 3, 2})).containsExactly(3.5, 1, 3.5, 2);
        assertThat(Ranks.spearman(new double[] {1, 2, 3, 4}, new double[] {1, 8, 27, 64}))
                .isCloseTo(1, within(1e-12));
        assertThat(Ranks.spearman(new double[] {1, 2, 3}, new double[] {5, 5, 5}))
                .isZero();
    }

    @Test
    void aucCountsPairsInOrder() {
        double[] scores = {0.1, 0.4, 0.35, 0.8, 0.4};
        boolean[] positive = {false, false, true, true, true};
        int[] labels = {0, 0, 1, 1, 1};
        double pairs = 0;
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
                if (positive[i] && !positive[j]) {
                    pairs += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }
        assertThat(Ranks.auc(scores, positive)).isCloseTo(pairs / 6, within(1e-12));
        assertThat(Ranks.orderedAuc(scores, labels)).isCloseTo(pairs / 6, within(1e-12));
        assertThat(Ranks.orderedAuc(new double[] {1, 2, 3}, new int[] {0, 1, 2}))
                .isEqualTo(1);
    }

    @Test
    void calibrationErrorIsTheGapBetweenConfidenceAndHits() {
        assertThat(Calibration.ece(new double[] {0.9, 0.9, 0.9, 0.9}, new boolean[] {true, true, false, false}, 10))
                .isCloseTo(0.4, within(1e-12));
        assertThat(Calibration.ece(new double[] {1, 0}, new boolean[] {true, false}, 15))
                .isZero();
    }
}
