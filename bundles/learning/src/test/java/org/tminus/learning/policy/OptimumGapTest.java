/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tminus.learning.SyntheticOutcomes;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;

class OptimumGapTest {
    @ParameterizedTest
    @CsvSource({"CLOSED, 0.3", "CLOSED, 0.8", "OPEN, 0.5"})
    void ppoComesWithinTwoPercentOfTheExactOptimum(Loop loop, double price) {
        Outcomes outcomes = SyntheticOutcomes.chain(4000, 4, 5).withoutComplexity();
        if (loop == Loop.OPEN) {
            outcomes = SyntheticOutcomes.chain(4000, 4, 5);
        }
        PpoOptions options =
                PpoOptions.builder().updates(40).warmStart(WarmStart.NONE).build();
        OptimumGap gap = OptimumGap.measure(outcomes, loop, price, 3, options, 1);
        assertThat(gap.optimum()).isGreaterThan(gap.fixed());
        // Nobody is better than the optimum; up to the rounding of weights PPO is within 2 %.
        assertThat(gap.gap()).isBetween(-1e-9, 0.02);
        assertThat(gap.shareOfGain()).isGreaterThan(0.8);
    }

    /** By hand: two examples that look alike at depth 1 have to be treated alike. */
    @Test
    void optimumKnowsOnlyWhatIsSeen() {
        PathTrie trie = PathTrie.of(List.of(MenuPath.prefix(1), MenuPath.prefix(2)), 2);
        int[][] answers = {{}, {1, 2, 9}, {1, 3, 4}};
        float[][] observations = new float[3][12];
        observations[0] = new float[0];
        observations[1][8] = 0.5f;
        Outcomes outcomes = new Outcomes(
                trie, new SyntheticOutcomes.Costs(), 10, answers, observations, new int[] {1, 3, 4}, new int[3], null);
        LstmShape shape = new LstmShape(2, 0, 24, Loop.CLOSED);
        Walk walk = new Walk(outcomes, shape, Basis.RIGHT);
        double second = walk.paidToAnswer(2, 0) - walk.paidToAnswer(1, 0);
        // Stopping both first examples gains one answer, going on gains two for twice the price of the second layer.
        double cheap = 0.4 / (2 * second);
        TabularOptimum low = TabularOptimum.solve(outcomes, shape, Basis.RIGHT, cheap);
        assertThat(low.choices().path(0)).isEqualTo(1);
        assertThat(low.choices().path(1)).isEqualTo(1);
        assertThat(low.choices().path(2)).isEqualTo(1);
        double dear = 1.5 / (2 * second);
        TabularOptimum high = TabularOptimum.solve(outcomes, shape, Basis.RIGHT, dear);
        assertThat(high.choices().path(0)).isZero();
        assertThat(high.choices().path(1)).isZero();
        assertThat(high.choices().path(2)).isEqualTo(1);
        assertThat(high.value())
                .isCloseTo((2 - dear * (2 * walk.paidToAnswer(1, 0) + walk.paidToAnswer(2, 0))) / 3, within(1e-9));
        // In the open loop the third cannot be told from the others either.
        LstmShape open = new LstmShape(2, 0, 24, Loop.OPEN);
        TabularOptimum blind = TabularOptimum.solve(outcomes, open, Basis.RIGHT, dear);
        assertThat(blind.choices().path(2)).isEqualTo(blind.choices().path(0));
    }

    @Test
    void coarseObservationsHaveAsManyValuesAsBins() {
        Outcomes outcomes = SyntheticOutcomes.chain(1000, 4, 5);
        Outcomes coarse = Discretised.fit(outcomes, 3).apply(outcomes);
        long values = java.util.stream.IntStream.range(0, 1000)
                .mapToObj(row -> coarse.confidence(2, row))
                .distinct()
                .count();
        assertThat(values).isEqualTo(3);
        for (int row = 0; row < 1000; row++) {
            assertThat(coarse.answer(2, row)).isEqualTo(outcomes.answer(2, row));
            assertThat(coarse.complexity(row)).containsOnly(0f, 1f);
        }
    }
}
