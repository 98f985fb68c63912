/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.Map;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;
import org.tminus.policy.PolicyRuns;

/**
 * Takes the menu path that the operating point of the request names: for ways of deciding that the platform has no policy
 * for, each path being decided beforehand. The predictor still runs if the way needs it; the decision itself, some hundred
 * multiplications, is not timed.
 */
public final class ChosenPath implements Policy {
    /** The operating points' parameter. */
    public static final String INDEX = "menuIndex";

    private final boolean predicts;

    /** @param predicts whether the way of deciding reads the predictor */
    public ChosenPath(boolean predicts) {
        this.predicts = predicts;
    }

    /** The operating point that names a path. */
    public static OperatingPoint point(String policy, int path) {
        return new OperatingPoint(
                pointName(policy, path), policy, Map.of(INDEX, path), "none", 0, 1, Double.NaN, Double.NaN);
    }

    /** What {@link #point} is named. */
    public static String pointName(String policy, int path) {
        return policy + "-" + path;
    }

    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return 0;
    }

    @Override
    public PolicyRun begin(PolicyContext context) throws TminusException {
        if (predicts && context.complexities().isEmpty()) {
            throw new TminusException("The model's predictor gave nothing.", "See the log for the reason.");
        }
        Object index = context.operatingPoint()
                .map(OperatingPoint::parameters)
                .map(parameters -> parameters.get(INDEX))
                .orElse(context.model().menu().size() - 1);
        if (!(index instanceof Number number)) {
            throw new TminusException("The operating point names no path.", "Name one.");
        }
        return PolicyRuns.sameForAll(Decision.run(context.model().menu().get(number.intValue())), context.rows());
    }
}
