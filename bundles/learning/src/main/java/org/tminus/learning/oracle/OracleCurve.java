/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.oracle;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Outcomes;

/**
 * How far an oracle gets when only a share of the examples may use more than the cheapest path: those are served first
 * whose sufficient path costs least beyond it. By agreement every example served gains one agreement, so serving the
 * cheapest first is the optimum of that budget (a knapsack of equal values), and the curve is a bound for every policy on
 * the same menu.
 *
 * @param points ascending in FLOPs; the first serves nobody, the last everybody
 */
public record OracleCurve(List<Point> points) {
    /**
     * A point of the curve.
     *
     * @param share of the examples that are served, 0 to 1
     * @param flopsRatio mean FLOPs over those of full depth
     * @param agreement share of answers that are those of full depth
     * @param accuracy share of right answers; NaN if not every example has a label
     */
    public record Point(double share, double flopsRatio, double agreement, double accuracy) {}

    /** Copies the list. */
    public OracleCurve {
        points = List.copyOf(points);
    }

    /** @param steps how many points beside the first, such as 50 */
    public static OracleCurve of(Outcomes outcomes, Oracle oracle, Basis basis, int steps) {
        int[] paths = oracle.paths(outcomes, basis);
        int rows = outcomes.rows();
        int[] order = IntStream.range(0, rows)
                .boxed()
                .sorted(Comparator.comparingDouble(row -> extra(outcomes, paths[row], row)))
                .mapToInt(Integer::intValue)
                .toArray();
        boolean labelled = outcomes.isLabelled();
        double flops = 0;
        double full = 0;
        int agreed = 0;
        int right = 0;
        for (int row = 0; row < rows; row++) {
            flops += outcomes.flops(0, row);
            full += outcomes.fullDepthFlops(row);
            agreed += outcomes.agrees(0, row) ? 1 : 0;
            right += outcomes.isRight(0, row) ? 1 : 0;
        }
        List<Point> points = new ArrayList<>();
        int served = 0;
        for (int step = 0; step <= steps; step++) {
            int until = (int) Math.round((double) rows * step / steps);
            for (; served < until; served++) {
                int row = order[served];
                int path = paths[row];
                flops += extra(outcomes, path, row);
                agreed += (outcomes.agrees(path, row) ? 1 : 0) - (outcomes.agrees(0, row) ? 1 : 0);
                right += (outcomes.isRight(path, row) ? 1 : 0) - (outcomes.isRight(0, row) ? 1 : 0);
            }
            points.add(new Point(
                    (double) served / rows,
                    flops / full,
                    (double) agreed / rows,
                    labelled ? (double) right / rows : Double.NaN));
        }
        return new OracleCurve(points);
    }

    private static double extra(Outcomes outcomes, int path, int row) {
        return outcomes.flops(path, row) - outcomes.flops(0, row);
    }
}
