/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

/**
 * What a policy does when it is given a budget.
 *
 * @param budget asked for: mean FLOPs ratio
 * @param flopsRatio realised, everything included
 * @param accuracy share of right answers; NaN if not every example has a label
 * @param agreement share of answers that are those of full depth
 */
public record BudgetPoint(double budget, double flopsRatio, double accuracy, double agreement) {
    /** Accuracy, or agreement where there are no labels. */
    public double quality() {
        return Double.isNaN(accuracy) ? agreement : accuracy;
    }
}
