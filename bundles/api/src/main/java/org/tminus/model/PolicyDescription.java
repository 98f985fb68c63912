/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

/**
 * A learned policy that travels with a model.
 *
 * @param policy the policy that reads it, by name
 * @param file entry of the model file
 * @param loop {@code open} if it decides before the first layer, {@code closed} if it looks at exits on the way
 * @param complexityClasses how many classes of the predictor it reads; 0 if it reads none
 * @param hidden width of its hidden state
 */
public record PolicyDescription(String policy, String file, String loop, int complexityClasses, int hidden) {
    /** @throws IllegalArgumentException if the loop is neither open nor closed, or a number is out of range */
    public PolicyDescription {
        if (!loop.equals("open") && !loop.equals("closed")) {
            throw new IllegalArgumentException("A policy's loop is open or closed, got '" + loop + "'");
        }
        if (complexityClasses < 0 || hidden < 1) {
            throw new IllegalArgumentException("A policy has at least 0 complexity classes and a hidden state, got "
                    + complexityClasses + " and " + hidden);
        }
    }
}
