/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.budget.internal;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.model.PredictorDescription;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyParameters;
import org.tminus.policy.PolicyRun;
import org.tminus.policy.PolicyRuns;
import org.tminus.predictor.Complexity;

/**
 * For each input the cheapest menu path that suffices with at least the probability {@code threshold}, by the
 * predictor's word. The threshold comes from the parameters or from the operating point that the budget affords. A
 * budget below all operating points is met in the mean by a mixture of the cheapest point and the cheapest path. Keeps
 * no state between batches.
 */
@Component(property = Policy.NAME + "=" + BudgetPolicy.NAME_VALUE)
public final class BudgetPolicy implements Policy {
    static final String NAME_VALUE = "budget";
    static final String THRESHOLD = "threshold";

    /** One addition and one comparison per depth class. */
    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return 2L
                * model.predictor()
                        .map(PredictorDescription::classes)
                        .orElse(List.of())
                        .size();
    }

    @Override
    public PolicyRun begin(PolicyContext context) throws TminusException {
        OptionalDouble threshold = PolicyParameters.of(context, NAME_VALUE).number(THRESHOLD, 0, 1);
        if (threshold.isPresent()) {
            return predicted(context, threshold.getAsDouble(), 1);
        }
        OperatingPoint cheapest = cheapestPoint(context.model());
        OptionalDouble ratio = context.budget().flopsRatio();
        if (cheapest == null || ratio.isEmpty()) {
            return PolicyRuns.sameForAll(Decision.run(context.affordablePath()), context.rows());
        }
        double share = shareOfPoint(context, cheapest, ratio.getAsDouble());
        if (share <= 0) {
            // Not even asking the predictor is affordable.
            return PolicyRuns.sameForAll(Decision.run(context.affordablePath()), context.rows());
        }
        return predicted(context, thresholdOf(cheapest), share);
    }

    private static PolicyRun predicted(PolicyContext context, double threshold, double share) throws TminusException {
        Optional<List<Complexity>> complexities = context.complexities();
        return complexities.isEmpty()
                ? PolicyRuns.sameForAll(Decision.run(context.affordablePath()), context.rows())
                : new ByComplexity(context, complexities.get(), threshold, share);
    }

    private static @Nullable OperatingPoint cheapestPoint(AdaptiveModel model) {
        OperatingPoint cheapest = null;
        for (OperatingPoint point : model.operatingPoints()) {
            if (point.policy().equals(NAME_VALUE)
                    && Double.isFinite(thresholdOf(point))
                    && (cheapest == null || point.flopsRatio() < cheapest.flopsRatio())) {
                cheapest = point;
            }
        }
        return cheapest;
    }

    private static double thresholdOf(OperatingPoint point) {
        return point.parameters().get(THRESHOLD) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    /**
     * Which share of the inputs may be decided as the operating point does, when the others take the cheapest path, so
     * that the mean is the budget; at most 1. All of them pay for the predictor.
     */
    private static double shareOfPoint(PolicyContext context, OperatingPoint point, double ratio) {
        AdaptiveModel model = context.model();
        long overhead = model.predictor().map(PredictorDescription::flopsPerRow).orElse(0L);
        double cheapest = 0;
        double full = 0;
        for (int row = 0; row < context.rows(); row++) {
            long length = context.length(row);
            cheapest += model.cost(context.allowedPaths().get(0)).flops(length) + (double) overhead;
            full += model.cost(model.fullDepth()).flops(length);
        }
        double floor = cheapest / full;
        return point.flopsRatio() <= floor ? 0 : Math.min(1, (ratio - floor) / (point.flopsRatio() - floor));
    }
}
