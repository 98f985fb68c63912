/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

/**
 * How much the rows of a class count when trees are trained. Rows that need more count more: to send them down too short a
 * path costs an answer, to send an easy row down too long a path costs computation only.
 *
 * @param deepest weight of the class that needs most, over that of the class that needs least
 */
public record ClassWeights(double deepest) {
    /** Twice. */
    public static final ClassWeights DEFAULT = new ClassWeights(2);

    /** @throws IllegalArgumentException if the weight is not positive */
    public ClassWeights {
        if (!(deepest > 0) || Double.isInfinite(deepest)) {
            throw new IllegalArgumentException("a weight is positive, not " + deepest);
        }
    }

    /** The weight of each row, 1 in the mean. */
    float[] of(int[] targets, int classes) {
        double sum = 0;
        double[] weights = new double[targets.length];
        for (int row = 0; row < targets.length; row++) {
            weights[row] = 1 + (deepest - 1) * targets[row] / Math.max(1, classes - 1);
            sum += weights[row];
        }
        float[] normalised = new float[targets.length];
        for (int row = 0; row < targets.length; row++) {
            normalised[row] = (float) (weights[row] * targets.length / sum);
        }
        return normalised;
    }
}
