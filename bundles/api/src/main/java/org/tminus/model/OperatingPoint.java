/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.Map;

/**
 * A setting of a policy that was chosen on data, with what it gave there.
 *
 * @param name unique within the model
 * @param policy the policy it is for, by name
 * @param parameters what the policy reads; numbers, strings, booleans, and lists of these
 * @param split the data split that it was chosen on
 * @param inputs how many inputs that split had
 * @param flopsRatio mean FLOPs per input over those of full depth, predictor and policy included
 * @param accuracy share of right answers, 0 to 1; NaN where there were no labels
 * @param fullDepthAccuracy the same at full depth
 */
public record OperatingPoint(
        String name,
        String policy,
        Map<String, Object> parameters,
        String split,
        long inputs,
        double flopsRatio,
        double accuracy,
        double fullDepthAccuracy) {
    public OperatingPoint {
        parameters = Map.copyOf(parameters);
    }
}
