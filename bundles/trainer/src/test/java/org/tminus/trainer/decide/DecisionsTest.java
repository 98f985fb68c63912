/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecisionsTest {
    private static final PathCosts COSTS = new PathCosts(100, List.of(1000L, 1000L, 1000L), List.of(10L, 10L, 10L));

    /** Per exit the answers to four rows, whose right classes are 0, 1, 2, 3. */
    private final Answers answers = new Answers(
            new int[][] {{0, 1, 2, 0}, {0, 0, 2, 3}, {0, 1, 2, 3}},
            new double[][] {{0.9, 0.6, 0.99, 0.5}, {0.95, 0.7, 0.99, 0.9}, {0.99, 0.99, 0.99, 0.99}},
            new int[] {0, 1, 2, 3});

    private final PathMenu all = new PathMenu(List.of(0, 1, 2), 3);

    @Test
    void theStableOracleWantsEveryCostlierPathToAgree() {
        assertThat(Oracle.stable(answers, all)).containsExactly(0, 2, 0, 1);
        assertThat(Oracle.lucky(answers, all)).containsExactly(0, 0, 0, 1);
    }

    @Test
    void theMenuKeepsWhatIsBetterThanEveryCheaperPath() {
        assertThat(PathMenu.pareto(answers).exits()).containsExactly(0, 2);
    }

    @Test
    void confidencePaysForEveryHeadOnTheWay() {
        Point point = simulator(null).run("p", "confidence", Map.of("threshold", 0.9));
        // Rows stop at exits 0, 2, 0, 1; a softmax of 4 classes costs 16 per exit before the last.
        double flops = 2 * (1100 + 10) + (3100 + 30) + (2100 + 20) + 4 * 2 * 16;
        assertThat(point.flopsRatio()).isCloseTo(flops / 4 / 3110, within(1e-12));
        assertThat(point.accuracy()).isEqualTo(1.0);
    }

    @Test
    void confidenceStopsAndPaysAtItsCheckpointsOnly() {
        Point point =
                simulator(null).run("p", "confidence", Map.of("threshold", 0.9, "checkpoints", List.of("layer.1")));
        // Only the last row, and those that exit 1 is as sure of as exit 0 was, may stop at exit 1; the others go to
        // the end.
        long stopping = java.util.stream.IntStream.range(0, 4)
                .filter(row -> answers.confidence(1, row) >= 0.9)
                .count();
        double flops = stopping * (2100 + 10) + (4 - stopping) * (3100 + 20) + 4 * 2 * 16;
        assertThat(stopping).isBetween(1L, 3L);
        assertThat(point.flopsRatio()).isCloseTo(flops / 4 / 3110, within(1e-12));
    }

    @Test
    void budgetTakesTheCheapestPathThatReachesTheThreshold() {
        double[][] probabilities = {{0.8, 0.2}, {0.1, 0.9}, {0.6, 0.4}, {0.5, 0.5}};
        PolicySimulator.Complexities complexities = new PolicySimulator.Complexities(probabilities, List.of(0, 1), 50);
        Point point = simulator(complexities).run("p", "budget", Map.of("threshold", 0.6));
        // Rows 0 and 2 take path 0, rows 1 and 3 path 1.
        double flops = 2 * 1110 + 2 * 2110 + 4 * (50 + 4);
        assertThat(point.flopsRatio()).isCloseTo(flops / 4 / 3110, within(1e-12));
        assertThat(point.accuracy()).isEqualTo(0.75);
    }

    @Test
    void randomGivesTheMeanOfItsPaths() {
        Point point = simulator(null).run("p", "random", Map.of("weights", List.of(1.0, 0.0, 1.0)));
        assertThat(point.accuracy()).isCloseTo((0.75 + 1) / 2, within(1e-12));
        assertThat(point.flopsRatio()).isCloseTo((1110 + 3110) / 2.0 / 3110, within(1e-12));
    }

    @Test
    void refusesAnUnknownPolicy() {
        assertThatThrownBy(() -> simulator(null).run("p", "unknown", Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void chosenPointsLoseNoMoreThanTheirLevelAllows() {
        List<Point> points = OperatingPoints.choose(simulator(null));
        assertThat(points)
                .extracting(Point::name)
                .contains("safe", "confidence-safe", "fixed-safe", "random-safe", "balanced", "lean")
                .doesNotContain("budget-safe");
        assertThat(points)
                .allSatisfy(
                        point -> assertThat(point.accuracy()).as(point.name()).isGreaterThanOrEqualTo(0.99));
    }

    @Test
    void rareClassesCountAsTheNextCostlier() {
        int[] labels = new int[100];
        java.util.Arrays.fill(labels, 0, 60, 0);
        java.util.Arrays.fill(labels, 60, 65, 1);
        java.util.Arrays.fill(labels, 65, 95, 2);
        java.util.Arrays.fill(labels, 95, 100, 3);
        assertThat(ComplexityTrainer.classes(labels, 4)).containsExactly(0, 2, 3);
        assertThat(ComplexityTrainer.classOf(1, List.of(0, 2, 3))).isEqualTo(1);
        assertThat(ComplexityTrainer.classOf(0, List.of(0, 2, 3))).isZero();
    }

    private PolicySimulator simulator(PolicySimulator.Complexities complexities) {
        return new PolicySimulator(answers, all, COSTS, 4, complexities);
    }
}
