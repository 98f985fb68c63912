/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

/** The weights of the best epoch of a run. */
public final class TrunkResult {
    private final float[] weights;
    private final int epoch;
    private final double decisionAccuracy;

    TrunkResult(float[] weights, int epoch, double decisionAccuracy) {
        this.weights = weights;
        this.epoch = epoch;
        this.decisionAccuracy = decisionAccuracy;
    }

    /** A copy of the weights, in the layout of {@link VitParameters}. */
    public float[] weights() {
        return weights.clone();
    }

    /** The epoch that the weights are from, counted from 1. */
    public int epoch() {
        return epoch;
    }

    /** Accuracy of full depth on the decision split, from 0 to 1. */
    public double decisionAccuracy() {
        return decisionAccuracy;
    }
}
