/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.oracle;

import java.util.Arrays;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Outcomes;

/**
 * The lower bound on dynamic computation over a menu of paths.
 *
 * <p>A policy picks for every input x a path p(x) of the menu M and keeps the answer of full depth. Whatever it looks at, it
 * has to run a path that is sufficient for x, so it spends at least c(x) = min {FLOPs(p) : p in M, p sufficient for x}, and
 * in the mean at least E[c(x)]. That is what {@link #meanFlops} estimates on a split: the mean FLOPs of the cheapest
 * sufficient path. A policy may answer up to a share ε of the inputs otherwise; then the best it can do is to take the
 * cheapest path of all, c0(x), where that saves most, which gives the fractional knapsack
 * E[c(x)] - max {E[s(x) (c(x) - c0(x))] : 0 ≤ s ≤ 1, E[s] ≤ ε}. The bound holds for sufficiency as the oracle defines it:
 * <em>lucky</em> bounds every policy; <em>stable</em> bounds those that may not count on agreements that more layers undo.
 * Deciding is free in the bound, so a real policy stays above it.
 *
 * @param meanFlops per example
 * @param flopsRatio the same over full depth
 * @param loss the share ε of the examples that may be answered otherwise
 */
public record ComputationBound(double meanFlops, double flopsRatio, double loss) {

    /** @param loss ε, 0 to 1 */
    public static ComputationBound of(Outcomes outcomes, Oracle oracle, Basis basis, double loss) {
        int[] paths = oracle.paths(outcomes, basis);
        double[] savings = new double[paths.length];
        double flops = 0;
        double full = 0;
        for (int row = 0; row < paths.length; row++) {
            double needed = outcomes.flops(paths[row], row);
            savings[row] = needed - outcomes.flops(0, row);
            flops += needed;
            full += outcomes.fullDepthFlops(row);
        }
        Arrays.sort(savings);
        double allowed = loss * paths.length;
        for (int i = savings.length - 1; i >= 0 && allowed > 0; i--) {
            flops -= Math.min(1, allowed) * savings[i];
            allowed -= 1;
        }
        return new ComputationBound(flops / paths.length, flops / full, loss);
    }
}
