/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import org.tminus.learning.outcome.Outcomes;

/**
 * The shape of a policy network. Observation: {@value #FIXED_FEATURES} numbers and the predictor's probabilities:
 *
 * <ol start="0">
 *   <li>layers that ran / layers
 *   <li>(index of the last layer + 1) / layers; 0 at the root
 *   <li>budget: the mean FLOPs ratio that is wanted, above 0 to 1
 *   <li>FLOPs spent so far over those of full depth of this example: stem, predictor if there is one, layers, exit heads
 *       read (that of this place included); not the policy itself
 *   <li>1 at the root, else 0
 *   <li value="5">to 8: the {@link Outcomes#OBSERVED} observations of the place; 0 where nothing is read. The last one
 *       compares with the answer that was read last on the way; 0 if none was
 *   <li value="9">1 if they were read, else 0
 *   <li value="10">expected FLOPs ratio of the predicted class; 0 without a predictor
 *   <li value="11">and on: the predictor's probability of each of its classes
 * </ol>
 *
 * <p>That is version 1. Version 2 sees three of them on a scale where they are told apart where it matters:
 *
 * <ol start="2">
 *   <li>{@code 1 + ln(budget) / 2}, of a budget of at least 0.01
 *   <li value="5">log-odds of the largest probability, at most 8 and at least -8, over 4
 *   <li value="6">logarithm of the largest probability over the second, at most 8, over 4
 * </ol>
 *
 * <p>Actions: 0 stops and answers here, {@code 1 + l} runs layer l next.
 *
 * @param layers of the model
 * @param complexityClasses of the predictor; 0 without one
 * @param hidden units of the LSTM
 * @param loop what it looks at
 * @param observation the version of the observation
 */
public record LstmShape(int layers, int complexityClasses, int hidden, Loop loop, int observation) {
    /** The version that is trained now. */
    public static final int OBSERVATION = 2;

    /** Numbers of an observation before the predictor's probabilities. */
    public static final int FIXED_FEATURES = 11;

    /** Checks the sizes. */
    public LstmShape {
        if (layers < 1 || complexityClasses < 0 || hidden < 1) {
            throw new IllegalArgumentException("No policy has " + layers + " layers, " + complexityClasses
                    + " classes and " + hidden + " hidden units");
        }
        if (observation < 1 || observation > OBSERVATION) {
            throw new IllegalArgumentException("There is no version " + observation + " of the observation");
        }
    }

    /** With the observation of today. */
    public LstmShape(int layers, int complexityClasses, int hidden, Loop loop) {
        this(layers, complexityClasses, hidden, loop, OBSERVATION);
    }

    /** Numbers of an observation. */
    public int features() {
        return FIXED_FEATURES + complexityClasses;
    }

    /** Stop, and each of the layers. */
    public int actions() {
        return 1 + layers;
    }

    /** FLOPs of one step: two matrix products of the LSTM and one of the actor. */
    public double flopsPerStep() {
        return 2.0 * (features() * 4 * hidden + hidden * 4 * hidden + hidden * actions());
    }
}
