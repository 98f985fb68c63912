/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import org.tminus.learning.baseline.Expected;
import org.tminus.learning.outcome.Basis;

/** Differences by input of a way and a baseline that was mixed to cost the same. */
final class EqualCost {
    private EqualCost() {}

    /**
     * Per input what the way is better by. Other inputs would cost the way something else, and the baseline would be mixed
     * for that: to first order this is the quality that the difference in cost buys, which is taken off. It is 0 in the mean
     * over all inputs, so it moves no difference, but without it an interval would be about a cost that is known beforehand.
     *
     * @param slope quality that one full depth of FLOPs more buys the baseline; 0 if it does not follow the way's cost
     */
    static double[] difference(Basis basis, Expected way, Expected baseline, double slope) {
        double[] a = quality(basis, way);
        double[] b = quality(basis, baseline);
        double[] costA = way.flops();
        double[] costB = baseline.flops();
        double full = way.meanFlops() / way.flopsRatio();
        for (int row = 0; row < a.length; row++) {
            a[row] -= b[row] + slope * (costA[row] - costB[row]) / full;
        }
        return a;
    }

    private static double[] quality(Basis basis, Expected expected) {
        return basis == Basis.RIGHT ? expected.right() : expected.agrees();
    }
}
