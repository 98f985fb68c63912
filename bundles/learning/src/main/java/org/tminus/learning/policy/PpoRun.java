/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.List;

/**
 * One training from one seed.
 *
 * @param seed of weights, episodes and order
 * @param policy the best try on the held-out examples
 * @param budgets the grid that was trained on
 * @param curve round by round
 * @param heldOut how the policy does at each budget of the grid on the held-out examples
 * @param score mean over the grid of the quality that the policy's hull has on the held-out examples at the budget's cost;
 *     what tries and seeds are chosen by
 * @param reward mean over the grid of quality less initial price times FLOPs ratio on the held-out examples: comparable
 *     between seeds
 * @param bestUpdate the round that the policy is of; -1 if nothing was better than the warm start
 * @param warmStart whom it imitated first, and what that alone reached
 * @param findings what went wrong, empty if nothing did
 */
public record PpoRun(
        long seed,
        LstmPolicy policy,
        List<Double> budgets,
        List<UpdateFigures> curve,
        List<BudgetPoint> heldOut,
        double score,
        double reward,
        int bestUpdate,
        WarmStartFigures warmStart,
        List<RewardDiagnosis.Finding> findings) {
    /** Copies the lists. */
    public PpoRun {
        budgets = List.copyOf(budgets);
        curve = List.copyOf(curve);
        heldOut = List.copyOf(heldOut);
        findings = List.copyOf(findings);
    }

    /**
     * What the start by imitation reached.
     *
     * @param kind whom it imitated
     * @param steps of imitation
     * @param crossEntropy at the end, nats per decision; 0 without imitation
     * @param score on the held-out examples before PPO began, as {@link PpoRun#score}
     */
    public record WarmStartFigures(WarmStart kind, int steps, double crossEntropy, double score) {}
}
