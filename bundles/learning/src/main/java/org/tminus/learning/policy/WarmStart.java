/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

/**
 * Whom a policy imitates before PPO begins. Imitation only shortens the way: PPO goes on from there with its own reward, and
 * reports say which start was used and what it reached ({@link PpoRun#warmStart}).
 */
public enum WarmStart {
    /** Nobody: random weights. */
    NONE,
    /**
     * The best simple rule of the same loop at each budget: calibrated confidence exit (closed), cost-sensitive
     * classification (open; the best fixed path where there is no predictor).
     */
    BASELINE,
    /** The oracle at the price of each budget, which knows the answers; what of it can be seen is learned. */
    ORACLE
}
