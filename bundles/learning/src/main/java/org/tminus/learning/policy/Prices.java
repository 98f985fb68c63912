/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.Arrays;

/** The Lagrange multipliers of the budgets, by bucket. One thread. */
final class Prices {
    private static final double LEAST = 1e-4;
    private static final double MOST = 50;

    private final double[] budgets;
    private final double[] multiplier;
    private final double[] deviation;
    private final PpoOptions options;

    Prices(double[] budgets, double[] initial, PpoOptions options) {
        this.budgets = budgets;
        this.options = options;
        this.multiplier = initial.clone();
        this.deviation = new double[budgets.length];
    }

    /** What is paid in the next round: multiplier and damping. */
    double[] effective() {
        double[] prices = new double[budgets.length];
        for (int b = 0; b < prices.length; b++) {
            prices[b] = multiplier[b] * Math.max(0, 1 + options.budgetWeight * deviation[b]);
        }
        return prices;
    }

    /** The ascent: who spent more than the budget pays more from now on. */
    void update(double[] ratios) {
        if (options.fixedPrice.isPresent()) {
            return;
        }
        for (int b = 0; b < budgets.length; b++) {
            deviation[b] = Math.max(-1, Math.min(1, (ratios[b] - budgets[b]) / budgets[b]));
            if (options.dualRate > 0) {
                double next = multiplier[b] * Math.exp(options.dualRate * deviation[b]);
                multiplier[b] = Math.max(LEAST, Math.min(MOST, next));
            }
        }
    }

    @Override
    public String toString() {
        return Arrays.toString(multiplier);
    }
}
