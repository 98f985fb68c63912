/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tminus.learning.SyntheticOutcomes;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;

class OracleTest {
    private static final List<MenuPath> MENU =
            List.of(MenuPath.prefix(1), new MenuPath(List.of(0, 2), 2), MenuPath.prefix(2), MenuPath.prefix(3));
    private static final PathTrie TRIE = PathTrie.of(MENU, 3);

    /** One example per column; answers of the menu's paths in order. */
    private static Outcomes table(int[][] answersByPath, int[] truth) {
        int[][] answers = new int[TRIE.nodes().size()][truth.length];
        for (int path = 0; path < MENU.size(); path++) {
            answers[TRIE.end(path).index()] = answersByPath[path];
        }
        float[][] observations = new float[answers.length][truth.length * Outcomes.OBSERVATIONS];
        return new Outcomes(
                TRIE, new SyntheticOutcomes.Costs(), 9, answers, observations, truth, new int[truth.length], null);
    }

    @Test
    void stableAsksTheCostlierPathsOfTheSameChainOnly() {
        Outcomes outcomes = table(
                new int[][] {
                    {1, 1, 1, 2}, // layer 0
                    {1, 1, 2, 2}, // layers 0 and 2
                    {1, 2, 1, 1}, // layers 0 and 1
                    {1, 1, 1, 1} // full depth
                },
                new int[] {1, 1, 1, 1});
        // Example 1: layer 0 agrees but layers 0 and 1 do not; 0 and 2 is stable, for 0 and 1 is not above it.
        assertThat(Oracle.STABLE.paths(outcomes)).containsExactly(0, 1, 2, 2);
        assertThat(Oracle.LUCKY.paths(outcomes)).containsExactly(0, 0, 0, 2);
    }

    @Test
    void byCorrectnessThereMayBeNoSufficientPath() {
        Outcomes outcomes = table(new int[][] {{3, 5}, {3, 5}, {3, 5}, {4, 6}}, new int[] {3, 7});
        assertThat(Oracle.LUCKY.sufficient(outcomes, Basis.RIGHT)).containsExactly(0, -1);
        assertThat(Oracle.STABLE.sufficient(outcomes, Basis.RIGHT)).containsExactly(-1, -1);
        assertThat(Oracle.STABLE.paths(outcomes, Basis.RIGHT)).containsExactly(0, 0);
    }

    @Test
    void curveEndsWhereTheOracleIsAndNeverFalls() {
        Outcomes outcomes = SyntheticOutcomes.chain(3000, 8, 3);
        List<OracleCurve.Point> points =
                OracleCurve.of(outcomes, Oracle.STABLE, Basis.AGREES, 40).points();
        OracleCurve.Point last = points.get(points.size() - 1);
        assertThat(last.agreement()).isEqualTo(1);
        assertThat(last.flopsRatio())
                .isCloseTo(Oracle.STABLE.choices(outcomes, Basis.AGREES).flopsRatio(), within(1e-9));
        for (int i = 1; i < points.size(); i++) {
            assertThat(points.get(i).flopsRatio())
                    .isGreaterThanOrEqualTo(points.get(i - 1).flopsRatio());
            assertThat(points.get(i).agreement())
                    .isGreaterThanOrEqualTo(points.get(i - 1).agreement());
        }
    }

    @Test
    void boundIsBelowEveryFixedPathThatKeepsAsMuch() {
        Outcomes outcomes = SyntheticOutcomes.chain(3000, 8, 4);
        ComputationBound strict = ComputationBound.of(outcomes, Oracle.LUCKY, Basis.AGREES, 0);
        assertThat(strict.flopsRatio())
                .isCloseTo(Oracle.LUCKY.choices(outcomes, Basis.AGREES).flopsRatio(), within(1e-9))
                .isLessThan(ComputationBound.of(outcomes, Oracle.STABLE, Basis.AGREES, 0)
                        .flopsRatio());
        for (int path = 0; path < 8; path++) {
            int agreed = 0;
            for (int row = 0; row < outcomes.rows(); row++) {
                agreed += outcomes.agrees(path, row) ? 1 : 0;
            }
            double loss = 1 - (double) agreed / outcomes.rows();
            double ratio = outcomes.flops(path, 0) / outcomes.fullDepthFlops(0);
            assertThat(ComputationBound.of(outcomes, Oracle.LUCKY, Basis.AGREES, loss)
                            .flopsRatio())
                    .isLessThanOrEqualTo(ratio + 1e-9);
        }
    }

    @Test
    void menuKeepsUsefulPrefixesAndDropsSubsetsThatAddNothing() {
        List<MenuPath> candidates = List.of(
                MenuPath.prefix(1),
                MenuPath.prefix(2),
                new MenuPath(List.of(0, 2), 2),
                MenuPath.prefix(3),
                new MenuPath(List.of(0, 1, 3), 3),
                MenuPath.prefix(4));
        PathTrie trie = PathTrie.of(candidates, 4);
        Outcomes outcomes = SyntheticOutcomes.of(trie, 4000, 5, false);
        List<MenuPath> menu = MenuChoice.standard().choose(outcomes);
        assertThat(menu).contains(MenuPath.prefix(1), MenuPath.prefix(2), MenuPath.prefix(3));
        assertThat(menu.get(menu.size() - 1)).isEqualTo(MenuPath.prefix(4));
        List<MenuPath> small = new MenuChoice(2, 0.001, 0.005).choose(outcomes);
        assertThat(small).hasSize(2).endsWith(MenuPath.prefix(4));
        // Subsets that always answer as a prefix of the same size does earn nothing.
        int[][] answers = new int[trie.nodes().size()][];
        float[][] observations = new float[answers.length][];
        for (PathTrie.Node node : trie.nodes()) {
            answers[node.index()] = new int[node.index() == 0 ? 0 : outcomes.rows()];
            observations[node.index()] = new float[node.index() == 0 ? 0 : 4 * outcomes.rows()];
            for (int row = 0; row < answers[node.index()].length; row++) {
                int twin = trie.end(candidates.indexOf(MenuPath.prefix(node.depth())))
                        .index();
                answers[node.index()][row] = outcomes.answer(twin, row);
            }
        }
        int[] truth = new int[outcomes.rows()];
        for (int row = 0; row < truth.length; row++) {
            truth[row] = outcomes.truth(row);
        }
        Outcomes twins = new Outcomes(
                trie, outcomes.costs(), outcomes.classes(), answers, observations, truth, new int[truth.length], null);
        assertThat(MenuChoice.standard().choose(twins)).isEqualTo(SyntheticOutcomes.prefixes(4));
    }

    @Test
    void restrictedOutcomesAnswerAsBefore() {
        Outcomes outcomes = SyntheticOutcomes.chain(200, 6, 6);
        List<MenuPath> menu = List.of(MenuPath.prefix(2), MenuPath.prefix(4), MenuPath.prefix(6));
        Outcomes some = outcomes.restrict(menu);
        for (int row = 0; row < 200; row++) {
            for (int path = 0; path < 3; path++) {
                assertThat(some.pathAnswer(path, row)).isEqualTo(outcomes.pathAnswer(2 * path + 1, row));
                assertThat(some.confidence(some.trie().end(path).index(), row))
                        .isEqualTo(outcomes.confidence(
                                outcomes.trie().end(2 * path + 1).index(), row));
            }
        }
        assertThat(some.complexityClasses()).isZero();
        Outcomes picked = outcomes.select(new int[] {7, 3});
        assertThat(picked.truth(0)).isEqualTo(outcomes.truth(7));
        assertThat(picked.pathAnswer(3, 1)).isEqualTo(outcomes.pathAnswer(3, 3));
        assertThat(picked.observation(2, 1, 1)).isEqualTo(outcomes.observation(2, 3, 1));
        assertThat(picked.complexity(1)).isEqualTo(outcomes.complexity(3));
    }
}
