/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.Map;

/**
 * An operating point: a policy with its parameters, and what it gives on some split.
 *
 * @param name unique within a model
 * @param policy name of the policy
 * @param parameters what the policy is told: {@code threshold}, {@code menuIndex} or {@code weights}
 * @param flopsRatio mean FLOPs per input over those of full depth; exit heads, predictor and policy included
 * @param accuracy share of right answers
 */
public record Point(String name, String policy, Map<String, Object> parameters, double flopsRatio, double accuracy) {
    /** Copies the parameters. */
    public Point {
        parameters = Map.copyOf(parameters);
    }

    Point named(String other) {
        return new Point(other, policy, parameters, flopsRatio, accuracy);
    }
}
