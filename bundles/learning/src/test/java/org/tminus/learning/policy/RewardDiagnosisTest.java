/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tminus.learning.SyntheticOutcomes;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.policy.RewardDiagnosis.Fault;

/** Bad settings of reward and training are provoked, and have to be called by their names. */
class RewardDiagnosisTest {
    private static final Outcomes DECISION = SyntheticOutcomes.chain(2500, 5, 1);

    private static PpoOptions.Builder small() {
        return PpoOptions.builder()
                .updates(20)
                .episodes(1024)
                .warmStartSteps(60)
                .hidden(12);
    }

    private static java.util.List<Fault> faults(PpoOptions.Builder options) {
        PpoRun run = PpoStudy.run(DECISION, Loop.CLOSED, options.build(), new long[] {4}, PpoProgress.SILENT)
                .best();
        return run.findings().stream().map(RewardDiagnosis.Finding::fault).toList();
    }

    @Test
    void noPriceIsNamed() {
        assertThat(faults(small().initialPrice(0).dualRate(0).warmStart(WarmStart.NONE)))
                .contains(Fault.PRICE_TOO_LOW);
    }

    @Test
    void priceBeyondAnyAnswerIsNamed() {
        assertThat(faults(small().initialPrice(20).dualRate(0).budgetWeight(0).warmStart(WarmStart.NONE)))
                .contains(Fault.PRICE_TOO_HIGH, Fault.ONE_PATH);
    }

    @Test
    void dominatingBudgetTermIsNamed() {
        assertThat(faults(small().budgetWeight(200).dualRate(3).learningRate(1e-2)))
                .contains(Fault.BUDGET_DOMINATES);
    }

    @Test
    void explodingDivergenceIsNamed() {
        assertThat(faults(small().learningRate(1).maxNorm(1e6).targetKl(1e6).epochs(6)))
                .contains(Fault.KL_EXPLOSION);
    }

    @Test
    void missingEntropyIsNamed() {
        assertThat(faults(small().initialPrice(20)
                        .dualRate(0)
                        .learningRate(2e-2)
                        .entropy(1e-9, 1e-9)
                        .updates(40)
                        .warmStart(WarmStart.NONE)))
                .contains(Fault.ENTROPY_COLLAPSE);
    }
}
