/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tminus.learning.SyntheticOutcomes;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;

class BaselinesTest {
    private static final Outcomes DECISION = SyntheticOutcomes.chain(6000, 8, 1);
    private static final Outcomes TEST = SyntheticOutcomes.chain(6000, 8, 2);

    @Test
    void hullLeavesOutWhoIsBelowIt() {
        Hull hull = Hull.of(List.of(
                new Hull.Member("a", 0.1, 0.5),
                new Hull.Member("below", 0.2, 0.52),
                new Hull.Member("b", 0.3, 0.7),
                new Hull.Member("worse", 0.5, 0.69),
                new Hull.Member("c", 1.0, 0.8)));
        assertThat(hull.members()).extracting(Hull.Member::name).containsExactly("a", "b", "c");
        assertThat(hull.quality(0.2)).isCloseTo(0.6, within(1e-12));
        assertThat(hull.quality(0.05)).isEqualTo(0.5);
        assertThat(hull.quality(2)).isEqualTo(0.8);
        assertThat(hull.slope(0.2)).isCloseTo(1, within(1e-12));
    }

    @Test
    void mixtureCostsExactlyWhatIsAskedFor() {
        Expected low = new Expected(new double[] {0, 1}, new double[] {1, 1}, new double[] {1, 1}, 4);
        Expected high = new Expected(new double[] {1, 1}, new double[] {1, 1}, new double[] {3, 3}, 4);
        Hull hull = Hull.of(List.of(new Hull.Member("low", 0.25, 0.5), new Hull.Member("high", 0.75, 1)));
        Expected mixed = hull.at(0.5, Map.of("low", low, "high", high));
        assertThat(mixed.flopsRatio()).isCloseTo(0.5, within(1e-12));
        assertThat(mixed.right()).containsExactly(0.5, 1);
        assertThatThrownBy(() -> hull.at(0.5, Map.of("low", low))).hasMessageContaining("high");
    }

    @Test
    void drawnMixtureIsNearItsExpectation() {
        RandomMixture mixture = RandomMixture.forRatio(DECISION, 0.55, 9);
        Expected expected = mixture.expected(TEST);
        assertThat(expected.flopsRatio()).isCloseTo(0.55, within(0.01));
        Choices drawn = mixture.decide(TEST);
        assertThat(drawn.flopsRatio()).isCloseTo(expected.flopsRatio(), within(0.02));
        assertThat(drawn.accuracy()).isCloseTo(expected.accuracy(), within(0.02));
    }

    @Test
    void confidenceExitPaysEveryHeadItReads() {
        ConfidenceExit never = ConfidenceExit.calibrated(DECISION);
        Choices full = never.decide(TEST);
        // Seven heads on the way beside the model's own end.
        assertThat(full.flops(0) - TEST.fullDepthFlops(0)).isCloseTo(7 * 5e4, within(1e-3));
        assertThat(full.agreement()).isEqualTo(1);
        Choices first = never.withThreshold(0).decide(TEST);
        assertThat(first.flops(0)).isEqualTo(TEST.flops(0, 0));
        assertThat(first.path(0)).isZero();
    }

    @Test
    void confidenceExitPaysNoHeadThatDecidesNothing() {
        ConfidenceExit exit = ConfidenceExit.calibrated(DECISION);
        assertThat(exit.withThreshold(1).decide(TEST).flops(0)).isEqualTo(TEST.fullDepthFlops(0));
        double[] perExit = {1, 0.9, 2, 1, 0.8, 1.5, 1};
        ConfidenceExit some = exit.withThresholds(perExit);
        assertThat(some.checkpoints()).containsExactly(exit.checkpoints()[1], exit.checkpoints()[4]);
        assertThat(some.temperatures()).containsExactly(exit.temperatures()[1], exit.temperatures()[4]);
        assertThat(some.thresholds()).containsExactly(0.9, 0.8);
        Choices choices = some.decide(TEST);
        for (int row = 0; row < 200; row++) {
            int heads = choices.path(row) == 7 ? 2 : choices.path(row) == 4 ? 1 : 0;
            assertThat(choices.flops(row) - TEST.flops(choices.path(row), row)).isCloseTo(heads * 5e4, within(1e-3));
        }
    }

    @Test
    void fittedExitsReadOnlyHeadsWhereTheyStop() {
        // Where computation is dear nobody gets beyond the first exit, so that no other is read.
        ConfidenceExit fitted = ConfidenceExit.calibrated(DECISION).fittedTo(DECISION, 5);
        assertThat(fitted.checkpoints())
                .containsExactly(ConfidenceExit.calibrated(DECISION).checkpoints()[0]);
        assertThat(fitted.thresholds()).containsExactly(0);
    }

    @Test
    void uncalibratedThresholdsStopTheSameInputs() {
        ConfidenceExit exit = ConfidenceExit.calibrated(DECISION).withThreshold(0.9);
        double[] raw = exit.uncalibratedThresholds();
        for (int row = 0; row < TEST.rows(); row++) {
            for (int i = 0; i < raw.length; i++) {
                double calibrated = calibrated(TEST.confidence(exit.checkpoints()[i], row), exit.temperatures()[i]);
                assertThat(TEST.confidence(exit.checkpoints()[i], row) >= (float) raw[i])
                        .isEqualTo(exit.stopsAt(TEST, i, row))
                        .isEqualTo(calibrated >= 0.9);
            }
        }
        assertThat(exit.withThreshold(0).uncalibratedThresholds()).containsOnly(0);
    }

    private static double calibrated(double confidence, double temperature) {
        return 1 / (1 + Math.pow((1 - confidence) / confidence, 1 / temperature));
    }

    /** Exits that are sure of everything say 1, whatever the threshold behind it: serving must not stop where tables do not. */
    @Test
    void whatNoConfidenceReachesIsNoCheckpoint() {
        int rows = 200;
        float[] sure = new float[rows * Outcomes.OBSERVATIONS];
        Arrays.fill(sure, 1);
        int[] half = IntStream.range(0, rows).map(row -> row % 2).toArray();
        Outcomes saturated = new Outcomes(
                PathTrie.of(SyntheticOutcomes.prefixes(2), 2),
                new SyntheticOutcomes.Costs(),
                2,
                new int[][] {{}, half, new int[rows]},
                new float[][] {{}, sure, sure},
                new int[rows],
                new int[rows],
                null);
        ConfidenceExit exit = ConfidenceExit.calibrated(saturated);
        assertThat(exit.withThreshold(0.6).checkpoints()).hasSize(1);
        ConfidenceExit unreachable = exit.withThreshold(0.9);
        assertThat(unreachable.checkpoints()).isEmpty();
        assertThat(unreachable.decide(saturated).flops(0)).isEqualTo(saturated.fullDepthFlops(0));
    }

    @Test
    void temperatureMakesConfidenceTrue() {
        ConfidenceExit exit = ConfidenceExit.calibrated(DECISION);
        // Only where answers are better than chance can a temperature help; there the likelihood must improve.
        int node = exit.checkpoints()[4];
        double[] loss = new double[2];
        for (int row = 0; row < TEST.rows(); row++) {
            double p = TEST.confidence(node, row);
            double z = Math.log(p / (1 - p));
            boolean right = TEST.answer(node, row) == TEST.truth(row);
            loss[0] += Math.log1p(Math.exp(right ? -z : z));
            double scaled = z / exit.temperatures()[4];
            loss[1] += Math.log1p(Math.exp(right ? -scaled : scaled));
        }
        assertThat(loss[1]).isLessThan(loss[0]);
    }

    @Test
    void confidenceBeatsRandomAtEqualCostAndThresholdsPerExitAreNoWorseWhereFitted() {
        Family single = ConfidenceExit.family(DECISION);
        Family perExit = ConfidenceExit.perExitFamily(DECISION);
        Family fixed = FixedPath.family(DECISION);
        for (double ratio : new double[] {0.36, 0.45, 0.52}) {
            Expected confidence = single.at(ratio, TEST);
            assertThat(confidence.flopsRatio()).isCloseTo(ratio, within(1e-9));
            assertThat(confidence.accuracy())
                    .isGreaterThan(fixed.at(ratio, TEST).accuracy() + 0.005);
            assertThat(perExit.hull().quality(ratio))
                    .isGreaterThan(single.hull().quality(ratio) - 0.002);
        }
    }

    @Test
    void openLoopBaselinesBeatFixedPaths() {
        Family fixed = FixedPath.family(DECISION);
        Family budget = BudgetChoice.family(DECISION);
        Family open = CostSensitive.fit(DECISION).family(DECISION);
        for (double ratio : new double[] {0.3, 0.5}) {
            double base = fixed.at(ratio, TEST).accuracy();
            assertThat(open.at(ratio, TEST).accuracy()).isGreaterThan(base + 0.01);
            assertThat(open.at(ratio, TEST).accuracy())
                    .isGreaterThan(budget.at(ratio, TEST).accuracy() - 0.005);
        }
    }

    @Test
    void costSensitiveChancesAreCalibratedOnTheOtherSplit() {
        CostSensitive fitted = CostSensitive.fit(DECISION);
        double said = 0;
        int kept = 0;
        for (int row = 0; row < TEST.rows(); row++) {
            said += fitted.keptChances(TEST, null, row)[2];
            kept += TEST.isRight(2, row) ? 1 : 0;
        }
        assertThat(said / TEST.rows()).isCloseTo((double) kept / TEST.rows(), within(0.015));
    }

    @Test
    void costSensitiveMadeAgainFromItsPartsDecidesTheSame() {
        CostSensitive fitted = CostSensitive.fit(DECISION);
        CostSensitive again = CostSensitive.of(fitted.means(), fitted.scales(), fitted.weights());
        assertThat(fitted.weights()).hasNumberOfRows(8);
        assertThat(fitted.weights()[0]).hasSize(fitted.means().length + 1);
        // Without weights the chance is that of the constant, which comes first.
        double[][] constants = new double[8][fitted.means().length + 1];
        constants[3][0] = 2;
        CostSensitive flat = CostSensitive.of(fitted.means(), fitted.scales(), constants);
        assertThat(flat.keptChances(TEST, null, 0)[3]).isCloseTo(1 / (1 + Math.exp(-2)), within(1e-12));
        for (int row = 0; row < 100; row++) {
            assertThat(again.keptChances(TEST, null, row)).containsExactly(fitted.keptChances(TEST, null, row));
        }
    }

    @Test
    void costSensitiveRefusesPartsThatDoNotFit() {
        double[][] weights = {{0, 1}, {0, 1, 2}};
        assertThatThrownBy(() -> CostSensitive.of(new double[1], new double[1], weights))
                .hasMessageContaining("3 weights");
        assertThatThrownBy(() -> CostSensitive.of(new double[1], new double[2], new double[2][2]))
                .hasMessageContaining("2 scales");
        double[] broken = {Double.NaN};
        assertThatThrownBy(() -> CostSensitive.of(broken, new double[1], new double[2][2]))
                .hasMessageContaining("NaN");
        CostSensitive small = CostSensitive.of(new double[1], new double[1], new double[8][2]);
        assertThatThrownBy(() -> small.keptChances(TEST, null, 0)).hasMessageContaining("fitted to 1");
    }

    @Test
    void operatingPointsKeepWhatTheyPromiseOnTheDecisionSplit() {
        Family family = ConfidenceExit.family(DECISION);
        double full = FixedPath.family(DECISION).keeping(2).quality();
        Family.Setting setting = family.keeping(full - 0.003);
        assertThat(setting.quality()).isGreaterThanOrEqualTo(full - 0.003);
        assertThat(setting.flopsRatio()).isLessThan(0.9);
        assertThat(family.within(0.5).flopsRatio()).isLessThanOrEqualTo(0.5);
        assertThat(setting.decider().decide(TEST).accuracy()).isGreaterThan(full - 0.02);
    }

    @Test
    void withoutPredictorTheOpenLoopRefuses() {
        Outcomes blind = DECISION.withoutComplexity();
        assertThatThrownBy(() -> BudgetChoice.family(blind)).hasMessageContaining("predictor");
        assertThatThrownBy(() -> CostSensitive.fit(blind)).hasMessageContaining("probabilities");
    }
}
