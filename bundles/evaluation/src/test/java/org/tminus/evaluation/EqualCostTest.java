/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tminus.learning.baseline.Expected;
import org.tminus.learning.baseline.Hull;
import org.tminus.learning.data.Groups;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.stats.Interval;
import org.tminus.learning.stats.Proportions;

class EqualCostTest {
    private static final Hull HULL =
            Hull.of(List.of(new Hull.Member("nothing", 0.2, 0), new Hull.Member("full", 1, 1)));

    private static Expected same(int rows, double right, double flops) {
        double[] rights = new double[rows];
        double[] costs = new double[rows];
        Arrays.fill(rights, right);
        Arrays.fill(costs, flops);
        return new Expected(rights, rights, costs, 1);
    }

    /** Always right; what an input costs is chance. */
    private static Expected way(int rows, SplittableRandom random) {
        double[] costs = random.doubles(rows, 0.3, 0.9).toArray();
        return new Expected(same(rows, 1, 0).right(), same(rows, 1, 0).right(), costs, 1);
    }

    private static double[] difference(Expected way) {
        int rows = way.rows();
        Map<String, Expected> measured = Map.of("nothing", same(rows, 0, 0.2), "full", same(rows, 1, 1));
        double cost = way.flopsRatio();
        double slope = HULL.slopeAt(cost, measured, Expected::accuracy);
        assertThat(slope).isCloseTo(1.25, within(1e-9));
        return EqualCost.difference(Basis.RIGHT, way, HULL.at(cost, measured), slope);
    }

    @Test
    void anIntervalKnowsThatOtherInputsCostSomethingElse() {
        SplittableRandom random = new SplittableRandom(1);
        // The hull gains 1 over a cost of 0.8, and the mean cost is 0.6.
        double truth = 1 - (0.6 - 0.2) / 0.8;
        int covered = 0;
        int trials = 200;
        int rows = 300;
        for (int trial = 0; trial < trials; trial++) {
            double[] differences = difference(way(rows, random));
            Interval interval = new PairedBootstrap(200, trial, Groups.single(rows))
                    .means(List.of(differences), (a, b) -> {})
                    .get(0);
            covered += interval.low() <= truth && truth <= interval.high() ? 1 : 0;
        }
        assertThat(covered / (double) trials).isBetween(0.9, 0.99);
    }

    @Test
    void theDifferenceItselfIsThatOfTheQualities() {
        Expected way = way(500, new SplittableRandom(2));
        double hull = (way.flopsRatio() - 0.2) / 0.8;
        assertThat(Proportions.mean(difference(way))).isCloseTo(1 - hull, within(1e-9));
    }

    @Test
    void beyondItsEndsAHullFollowsNoCost() {
        Map<String, Expected> measured = Map.of("nothing", same(3, 0, 0.2), "full", same(3, 1, 1));
        assertThat(HULL.slopeAt(0.1, measured, Expected::accuracy)).isZero();
        assertThat(HULL.slopeAt(1.1, measured, Expected::accuracy)).isZero();
        assertThat(HULL.at(0.1, measured).accuracy()).isZero();
    }
}
