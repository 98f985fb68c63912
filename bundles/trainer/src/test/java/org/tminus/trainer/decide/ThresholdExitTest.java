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
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.learning.outcome.PathTrie;

class ThresholdExitTest {
    private static final PathCosts COSTS = new PathCosts() {
        @Override
        public double stem(int length) {
            return 100;
        }

        @Override
        public double layer(int layer, int length) {
            return 1000;
        }

        @Override
        public double exit(int exit, int length) {
            return 10;
        }

        @Override
        public double predictor(int length) {
            return 0;
        }
    };

    private static Outcomes outcomes() {
        PathTrie trie = PathTrie.of(List.of(MenuPath.prefix(1), MenuPath.prefix(2), MenuPath.prefix(3)), 3);
        float[][] confidence = {{}, {0.9f, 0.6f, 0.99f, 0.5f}, {0.95f, 0.7f, 0.99f, 0.9f}, {0.99f, 0.99f, 0.99f, 0.99f}
        };
        int[][] answers = {{}, {0, 1, 2, 0}, {0, 0, 2, 3}, {0, 1, 2, 3}};
        float[][] observations = new float[4][];
        for (int node = 0; node < 4; node++) {
            observations[node] = new float[confidence[node].length * Outcomes.OBSERVATIONS];
            for (int row = 0; row < confidence[node].length; row++) {
                observations[node][row * Outcomes.OBSERVATIONS] = confidence[node][row];
            }
        }
        return new Outcomes(trie, COSTS, 4, answers, observations, new int[] {0, 1, 2, 3}, new int[4], null);
    }

    @Test
    void paysForEveryHeadOnTheWay() {
        Choices choices = new ThresholdExit(List.of(1, 2), List.of(0.9, 0.9)).decide(outcomes());
        // Rows stop after 1, 3, 1 and 2 layers; a softmax of 4 classes costs 16 per exit before the last.
        double flops = 2 * (1100 + 10) + (3100 + 30) + (2100 + 20) + 4 * 2 * 16;
        assertThat(choices.meanFlops()).isCloseTo(flops / 4, within(1e-9));
        assertThat(choices.accuracy()).isEqualTo(1);
        assertThat(List.of(choices.path(0), choices.path(1), choices.path(2), choices.path(3)))
                .containsExactly(0, 2, 0, 1);
    }

    @Test
    void eachDepthHasAThresholdOfItsOwn() {
        Choices choices = new ThresholdExit(List.of(1, 2), List.of(1.0, 0.7)).decide(outcomes());
        assertThat(List.of(choices.path(0), choices.path(1), choices.path(2), choices.path(3)))
                .containsExactly(1, 1, 1, 1);
        assertThat(choices.accuracy()).isEqualTo(0.75);
    }

    @Test
    void refusesDepthsThatTheMenuHasNot() {
        Outcomes some = outcomes().restrict(List.of(MenuPath.prefix(1), MenuPath.prefix(3)));
        assertThatThrownBy(() -> new ThresholdExit(List.of(2), List.of(0.5)).decide(some))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 layers");
    }

    @Test
    void pointsAreTheCheapestThatKeepWhatALevelPromises() {
        PointChoice choice = new PointChoice(outcomes(), List.of("a", "b", "c"));
        List<PointChoice.Chosen> chosen =
                choice.choose(List.of(new Level("careful", 0), new Level("economical", 0.3)), Map.of());
        assertThat(chosen)
                .extracting(each -> each.point().name())
                .contains(
                        "careful",
                        "confidence-careful",
                        "fixed-careful",
                        "random-careful",
                        "economical",
                        "fixed-economical",
                        "random-economical");
        for (PointChoice.Chosen each : chosen) {
            double floor = each.point().name().endsWith("careful") ? 1 : 0.7;
            assertThat(each.point().accuracy()).as(each.point().name()).isGreaterThanOrEqualTo(floor);
            if (!each.point().policy().equals("random")) {
                assertThat(each.decider().decide(outcomes()).flopsRatio())
                        .isEqualTo(each.point().flopsRatio());
            }
        }
        assertThat(choice.fullDepthAccuracy()).isEqualTo(1);
    }
}
