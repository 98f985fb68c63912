/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tminus.learning.SyntheticOutcomes;
import org.tminus.learning.baseline.ConfidenceExit;
import org.tminus.learning.baseline.CostSensitive;
import org.tminus.learning.baseline.Decider;
import org.tminus.learning.baseline.Family;
import org.tminus.learning.baseline.FixedPath;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.stats.Bootstrap;
import org.tminus.learning.stats.Proportions;

/** Whole trainings, small ones, with fixed seeds. */
class PpoTrainingTest {
    private static final Outcomes DECISION = SyntheticOutcomes.chain(5000, 6, 1);
    private static final Outcomes TEST = SyntheticOutcomes.chain(8000, 6, 2);
    private static final double[] COSTS = {0.35, 0.45, 0.55, 0.7};

    private static PpoStudy closed;

    @BeforeAll
    static void train() {
        closed = PpoStudy.run(
                DECISION, Loop.CLOSED, PpoOptions.builder().updates(50).build(), new long[] {1}, PpoProgress.SILENT);
    }

    private static Family family(LstmPolicy policy) {
        Map<Double, Decider> budgets = new LinkedHashMap<>();
        for (double budget = 0.15; budget <= 1; budget += 0.05) {
            budgets.put(budget, policy.at(budget));
        }
        return Family.of(policy.kind(), budgets, DECISION);
    }

    @Test
    void closedLoopIsNoWorseThanConfidenceExitAtAnyCostAndBetterInTheMean() {
        Family learned = family(closed.best().policy());
        Family confidence = ConfidenceExit.family(DECISION);
        double mean = 0;
        for (double cost : COSTS) {
            double gain = learned.at(cost, TEST).accuracy()
                    - confidence.at(cost, TEST).accuracy();
            assertThat(gain).as("gain at cost %s", cost).isGreaterThan(-0.002);
            mean += gain / COSTS.length;
        }
        assertThat(mean).isPositive();
    }

    @Test
    void budgetIsHeldAndCostFollowsIt() {
        assertThat(closed.best().findings()).isEmpty();
        List<BudgetPoint> points = closed.best().heldOut();
        for (int i = 3; i < points.size(); i++) {
            assertThat(points.get(i).flopsRatio())
                    .isGreaterThan(points.get(i - 3).flopsRatio() - 0.01)
                    .isLessThan(points.get(i).budget() + 0.1);
        }
    }

    @Test
    void imitationIsReportedAndPpoGoesBeyondIt() {
        PpoRun run = closed.best();
        assertThat(run.warmStart().kind()).isEqualTo(WarmStart.BASELINE);
        assertThat(run.warmStart().crossEntropy()).isBetween(0.0, 0.6);
        assertThat(run.score()).isGreaterThan(run.warmStart().score());
        assertThat(run.bestUpdate()).isNotNegative();
        assertThat(run.curve()).hasSize(50).allSatisfy(figures -> {
            assertThat(figures.kl()).isBetween(0.0, 0.3);
            assertThat(figures.prices()).hasSize(run.budgets().size());
        });
    }

    @Test
    void tableTellsWhichBudgetKeepsTheLoss() {
        BudgetTable table = BudgetTable.of(closed.best().policy(), DECISION, List.of(0.2, 0.4, 0.5, 0.6, 0.7, 0.8));
        Optional<BudgetPoint> point = table.forLoss(0.01, 1);
        assertThat(point).isPresent();
        assertThat(point.orElseThrow().accuracy())
                .isGreaterThanOrEqualTo(table.fullDepth().accuracy() - 0.01);
        assertThat(point.orElseThrow().flopsRatio()).isLessThan(0.9);
        assertThat(table.forLoss(-0.5, 0)).isEmpty();
        Choices again =
                closed.best().policy().decide(DECISION, point.orElseThrow().budget());
        assertThat(again.flopsRatio()).isEqualTo(point.orElseThrow().flopsRatio());
        assertThat(table.forRatio(0.5).flopsRatio()).isLessThanOrEqualTo(0.5);
    }

    /** Per example of the test split the mean over costs of what one gains in right answers over the other. */
    private static double[] gains(Family one, Family other) {
        double[] gains = new double[TEST.rows()];
        for (double cost : COSTS) {
            double[] a = one.at(cost, TEST).right();
            double[] b = other.at(cost, TEST).right();
            for (int row = 0; row < gains.length; row++) {
                gains[row] += (a[row] - b[row]) / COSTS.length;
            }
        }
        return gains;
    }

    @Test
    void openLoopLooksAtThePredictorOnlyAndUsesIt() {
        PpoStudy open = PpoStudy.run(
                DECISION, Loop.OPEN, PpoOptions.builder().updates(30).build(), new long[] {1}, PpoProgress.SILENT);
        LstmPolicy policy = open.best().policy();
        Choices choices = policy.decide(TEST, 0.5);
        float[][] nothing = new float[TEST.trie().nodes().size()][];
        for (int node = 0; node < nothing.length; node++) {
            nothing[node] = new float[node == 0 ? 0 : TEST.rows() * Outcomes.OBSERVATIONS];
        }
        Choices blind = policy.decide(TEST.withObservations(nothing), 0.5);
        for (int row = 0; row < TEST.rows(); row++) {
            assertThat(blind.path(row)).isEqualTo(choices.path(row));
        }
        double[] classification =
                gains(family(policy), CostSensitive.fit(DECISION).family(DECISION));
        double[] fixed = gains(family(policy), FixedPath.family(DECISION));
        // Surely better than paths that look at nothing.
        assertThat(Bootstrap.mean(fixed, 1000, 0.99, 1).isAbove(0.01)).isTrue();
        // Less than a point behind the classification in the mean, and not surely half a point.
        assertThat(Proportions.mean(classification)).isGreaterThan(-0.01);
        assertThat(Bootstrap.mean(classification, 1000, 0.99, 1).isBelow(-0.005))
                .isFalse();
    }

    @Test
    void sameSeedGivesTheSamePolicyAndAnotherOneAnother() {
        PpoOptions little = PpoOptions.builder()
                .updates(3)
                .episodes(256)
                .warmStartSteps(10)
                .hidden(8)
                .build();
        Outcomes few = SyntheticOutcomes.chain(400, 4, 3);
        List<PpoRun> heard = new ArrayList<>();
        PpoStudy study = PpoStudy.run(few, Loop.CLOSED, little, new long[] {1, 1, 2}, (seed, figures, updates) -> {
            assertThat(updates).isEqualTo(3);
        });
        heard.addAll(study.runs());
        assertThat(heard.get(0).policy().weightX())
                .isEqualTo(heard.get(1).policy().weightX());
        assertThat(heard.get(0).policy().weightX())
                .isNotEqualTo(heard.get(2).policy().weightX());
        double[] scores = heard.stream().mapToDouble(PpoRun::score).toArray();
        assertThat(study.scoreMean()).isCloseTo(Proportions.mean(scores), within(1e-12));
        assertThat(study.best().score()).isEqualTo(Math.max(scores[0], scores[2]));
    }

    @Test
    void whatWasImitatedStaysWhileOnlyTheCriticLearns() {
        PpoOptions little = PpoOptions.builder()
                .updates(4)
                .episodes(256)
                .minibatch(64)
                .warmStartSteps(10)
                .hidden(8)
                .weightDecay(5)
                .build();
        Outcomes few = SyntheticOutcomes.chain(400, 4, 3);
        List<UpdateFigures> curve = PpoStudy.run(few, Loop.CLOSED, little, new long[] {1}, PpoProgress.SILENT)
                .best()
                .curve();
        assertThat(curve.subList(0, 3))
                .allSatisfy(figures -> assertThat(figures.kl()).isCloseTo(0, within(1e-12)));
        assertThat(curve.get(3).kl()).isGreaterThan(1e-6);
    }
}
