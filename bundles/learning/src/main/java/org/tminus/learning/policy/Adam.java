/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.Arrays;

/** Adam with clipping by the norm of the whole gradient. */
final class Adam {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final double[] mean;
    private final double[] square;
    private int step;

    Adam(int size) {
        mean = new double[size];
        square = new double[size];
    }

    /** @param decay how fast weights shrink on their own, apart from the gradient; times the rate per step */
    void update(double[] parameters, double[] gradient, double rate, double maxNorm, double decay) {
        update(parameters, gradient, 0, rate, maxNorm, decay);
    }

    /**
     * The same for a part of the parameters.
     *
     * @param from the first parameter that is learned; those before it stay as they are, whatever their gradient
     */
    void update(double[] parameters, double[] gradient, int from, double rate, double maxNorm, double decay) {
        Arrays.fill(gradient, 0, from, 0);
        step++;
        double norm = Matrices.norm(gradient);
        double scale = norm > maxNorm ? maxNorm / norm : 1;
        double correct1 = 1 - Math.pow(BETA1, step);
        double correct2 = 1 - Math.pow(BETA2, step);
        for (int i = from; i < parameters.length; i++) {
            double g = scale * gradient[i];
            mean[i] = BETA1 * mean[i] + (1 - BETA1) * g;
            square[i] = BETA2 * square[i] + (1 - BETA2) * g * g;
            double change = (mean[i] / correct1) / (Math.sqrt(square[i] / correct2) + EPSILON);
            parameters[i] -= rate * (change + decay * parameters[i]);
        }
    }
}
