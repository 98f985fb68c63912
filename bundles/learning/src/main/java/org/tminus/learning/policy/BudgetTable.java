/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tminus.learning.baseline.FixedPath;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;

/**
 * From the budget asked for to what comes of it, on the decision split. A policy holds its budgets in the mean of what it
 * was trained on and only about; so whoever wants a cost or a loss looks up here which budget to ask for.
 *
 * @param points ascending in budget
 * @param fullDepth full depth on its own: budget and ratio 1
 */
public record BudgetTable(List<BudgetPoint> points, BudgetPoint fullDepth) {
    /** Copies the list. */
    public BudgetTable {
        points = List.copyOf(points);
    }

    /** Budgets from 0.02 to 1 in steps of 0.02. */
    public static BudgetTable of(LstmPolicy policy, Outcomes decision) {
        return of(
                policy,
                decision,
                IntStream.rangeClosed(1, 50).mapToObj(i -> i / 50.0).toList());
    }

    /** @param budgets ascending */
    public static BudgetTable of(LstmPolicy policy, Outcomes decision, List<Double> budgets) {
        Walk walk = new Walk(decision, policy.shape(), Basis.of(decision));
        List<BudgetPoint> points = new ArrayList<>();
        for (double budget : budgets) {
            points.add(point(budget, policy.decide(walk, budget)));
        }
        Choices full = new FixedPath(decision.trie().menu().size() - 1).decide(decision);
        return new BudgetTable(points, point(1, full));
    }

    static BudgetPoint point(double budget, Choices choices) {
        return new BudgetPoint(
                budget,
                choices.flopsRatio(),
                choices.outcomes().isLabelled() ? choices.accuracy() : Double.NaN,
                choices.agreement());
    }

    /**
     * The cheapest budget that loses at most this much against full depth, in accuracy or, without labels, in agreement. Its
     * next costlier neighbours must keep the promise as well, so that no lucky dip in the noise is chosen.
     *
     * @param loss such as 0.003
     * @param neighbours how many costlier points must hold as well, such as 2; fewer where there are fewer
     * @return empty if no budget is cheaper than full depth and keeps it
     */
    public Optional<BudgetPoint> forLoss(double loss, int neighbours) {
        List<BudgetPoint> byCost = points.stream()
                .sorted(java.util.Comparator.comparingDouble(BudgetPoint::flopsRatio))
                .toList();
        double floor = fullDepth.quality() - loss - 1e-12;
        for (int i = 0; i < byCost.size(); i++) {
            boolean holds = byCost.get(i).flopsRatio() < 1;
            for (int j = i; holds && j <= Math.min(i + neighbours, byCost.size() - 1); j++) {
                holds = byCost.get(j).quality() >= floor;
            }
            if (holds) {
                return Optional.of(byCost.get(i));
            }
        }
        return Optional.empty();
    }

    /** The best point that costs at most this much, else the cheapest. */
    public BudgetPoint forRatio(double flopsRatio) {
        BudgetPoint best = points.get(0);
        for (BudgetPoint point : points) {
            boolean fits = point.flopsRatio() <= flopsRatio;
            boolean bestFits = best.flopsRatio() <= flopsRatio;
            boolean better = fits
                    ? !bestFits || point.quality() > best.quality()
                    : !bestFits && point.flopsRatio() < best.flopsRatio();
            if (better) {
                best = point;
            }
        }
        return best;
    }
}
