/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tminus.evaluation.measure.Timing;
import org.tminus.learning.data.Groups;
import org.tminus.learning.stats.Bootstrap;
import org.tminus.learning.stats.Interval;

class PairedBootstrapTest {
    @Test
    void intervalsAreThoseOfOrdinaryResampling() {
        Random random = new Random(3);
        double[] differences = new double[800];
        for (int i = 0; i < differences.length; i++) {
            double drawn = random.nextDouble();
            differences[i] = drawn < 0.05 ? 1 : drawn < 0.08 ? -1 : 0;
        }
        double[] mixed = differences.clone();
        mixed[0] = 0.25;
        List<Interval> intervals = new PairedBootstrap(4000, 1, single(800))
                .means(List.of(differences, mixed, new double[800]), (done, total) -> {});
        Interval plain = Bootstrap.mean(differences, 4000, 0.95, 2);

        assertThat(intervals.get(0).low()).isCloseTo(plain.low(), within(2e-3));
        assertThat(intervals.get(0).high()).isCloseTo(plain.high(), within(2e-3));
        assertThat(intervals.get(1)).isNotEqualTo(intervals.get(0));
        assertThat(intervals.get(2)).isEqualTo(new Interval(0, 0));
    }

    private static Groups single(int rows) {
        return Groups.of(new Sentences(rows, 2, 1));
    }

    @Test
    void groupsAreDrawnWhole() {
        // Copies of 100 inputs say no more than these: the interval is that of the 100, not of 800.
        Random random = new Random(3);
        double[] differences = new double[800];
        double[] distinct = new double[100];
        for (int i = 0; i < distinct.length; i++) {
            distinct[i] = random.nextDouble() < 0.2 ? 1 : 0;
            java.util.Arrays.fill(differences, 8 * i, 8 * i + 8, distinct[i]);
        }
        Groups copies = Groups.of(new GroupedSentences(new Sentences(800, 2, 1), 8));
        Interval interval = new PairedBootstrap(4000, 1, copies)
                .means(List.of(differences), (done, total) -> {})
                .get(0);
        Interval plain = Bootstrap.mean(distinct, 4000, 0.95, 2);

        assertThat(interval.low()).isCloseTo(plain.low(), within(0.011));
        assertThat(interval.high()).isCloseTo(plain.high(), within(0.011));
    }

    @Test
    void groupsOfOtherSizesWeighByTheirInputs() {
        double[] values = {1, 1, 1, 0};
        Groups groups = Groups.of(new GroupedSentences(new Sentences(4, 2, 1), 3));
        Interval interval = new PairedBootstrap(1000, 1, groups)
                .means(List.of(values), (done, total) -> {})
                .get(0);
        // Both groups, or one of them twice: 3 of 4, all, or none.
        assertThat(interval).isEqualTo(new Interval(0, 1));
    }

    @Test
    void valuesOfOtherInputsAreRefused() {
        assertThatThrownBy(() -> new PairedBootstrap(100, 1, single(3))
                        .means(List.of(new double[3], new double[4]), (done, total) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(new PairedBootstrap(100, 1, single(3)).means(List.of(), (done, total) -> {}))
                .isEmpty();
    }

    @Test
    void aMachineThatIsSlowForAWhileIsSlowForBoth() {
        double[] full = {10, 10, 40, 10, 10, 35, 10, 10};
        double[] half = {5, 5, 20, 5, 5, 17.5, 5, 5};
        List<Double> interval = TimeRatio.ci95(timing(half), timing(full), 1);

        assertThat(interval.get(0)).isCloseTo(0.5, within(1e-9));
        assertThat(interval.get(1)).isCloseTo(0.5, within(1e-9));
    }

    private static Timing timing(double[] rounds) {
        return new Timing(1, 1, 1, null, null, null, 0, new int[0], rounds);
    }
}
