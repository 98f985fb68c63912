/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;

/**
 * The path of the cheapest class of the predictor up to which its probabilities sum to a threshold.
 *
 * @param threshold 0 (always the cheapest) to 1 (nearly always the costliest)
 */
public record BudgetChoice(double threshold) implements Decider {
    /** @throws IllegalArgumentException if the outcomes have no predictor */
    @Override
    public Choices decide(Outcomes outcomes) {
        int[] paths = new int[outcomes.rows()];
        double[] flops = new double[paths.length];
        for (int row = 0; row < paths.length; row++) {
            float[] probabilities = Predictions.of(outcomes, row);
            double sum = 0;
            int chosen = 0;
            for (int k = 0; k < probabilities.length; k++) {
                sum += probabilities[k];
                chosen = k;
                // Single precision sums to a little less than 1.
                if (sum >= threshold - 1e-6) {
                    break;
                }
            }
            paths[row] = outcomes.complexityPath(chosen);
            flops[row] = outcomes.flops(paths[row], row) + outcomes.costs().predictor(outcomes.length(row));
        }
        return new Choices(outcomes, paths, flops);
    }

    /** Thresholds over the whole range, dense near 1. */
    public static Family family(Outcomes decision) {
        Map<Double, BudgetChoice> all = new LinkedHashMap<>();
        all.put(0.0, new BudgetChoice(0));
        for (double x = -4; x <= 8; x += 0.1) {
            double threshold = 1 / (1 + Math.exp(-x));
            all.put(threshold, new BudgetChoice(threshold));
        }
        all.put(1.0, new BudgetChoice(1));
        return Family.of("budget", all, decision);
    }
}
