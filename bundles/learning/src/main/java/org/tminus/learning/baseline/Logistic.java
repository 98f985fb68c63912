/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

/** Ridge logistic regression by Newton's method. Immutable. */
final class Logistic {
    private static final int STEPS = 25;

    private final double[] weights;

    private Logistic(double[] weights) {
        this.weights = weights;
    }

    /**
     * Fits.
     *
     * @param features row by row, standardised; a constant is added here
     * @param ridge weight of the penalty per row on all but the constant
     */
    static Logistic fit(double[][] features, boolean[] positive, double ridge) {
        int size = features[0].length + 1;
        double[] weights = new double[size];
        double penalty = ridge * features.length;
        for (int step = 0; step < STEPS; step++) {
            double[][] hessian = new double[size][size];
            double[] gradient = new double[size];
            for (int i = 0; i < size; i++) {
                // The constant gets a trace of the penalty as well, for classes that always or never occur.
                double own = i == size - 1 ? 1e-3 : penalty;
                hessian[i][i] = own;
                gradient[i] = -own * weights[i];
            }
            for (int row = 0; row < features.length; row++) {
                double[] x = features[row];
                double probability = probability(weights, x);
                double error = (positive[row] ? 1 : 0) - probability;
                double curvature = probability * (1 - probability);
                for (int i = 0; i < size; i++) {
                    double xi = i < x.length ? x[i] : 1;
                    gradient[i] += error * xi;
                    double scaled = curvature * xi;
                    double[] line = hessian[i];
                    for (int j = 0; j <= i; j++) {
                        line[j] += scaled * (j < x.length ? x[j] : 1);
                    }
                }
            }
            double[] change = solve(hessian, gradient);
            double largest = 0;
            for (int i = 0; i < size; i++) {
                // Damped, since a full step may overshoot where classes are nearly separable.
                double bounded = Math.max(-2, Math.min(2, change[i]));
                weights[i] += bounded;
                largest = Math.max(largest, Math.abs(bounded));
            }
            if (largest < 1e-6) {
                break;
            }
        }
        return new Logistic(weights);
    }

    /**
     * Made again from {@link #weights()}.
     *
     * @param weights the constant first, then one per feature
     */
    static Logistic of(double[] weights) {
        double[] own = new double[weights.length];
        System.arraycopy(weights, 1, own, 0, weights.length - 1);
        own[weights.length - 1] = weights[0];
        return new Logistic(own);
    }

    /** The constant first, then one per feature; a copy. */
    double[] weights() {
        double[] all = new double[weights.length];
        all[0] = weights[weights.length - 1];
        System.arraycopy(weights, 0, all, 1, weights.length - 1);
        return all;
    }

    double probability(double[] x) {
        return probability(weights, x);
    }

    private static double probability(double[] weights, double[] x) {
        double z = weights[x.length];
        for (int i = 0; i < x.length; i++) {
            z += weights[i] * x[i];
        }
        return 1 / (1 + Math.exp(-z));
    }

    /** Cholesky; only the lower half of the matrix is read. */
    private static double[] solve(double[][] matrix, double[] right) {
        int size = right.length;
        double[][] root = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= root[i][k] * root[j][k];
                }
                root[i][j] = i == j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / root[j][j];
            }
        }
        double[] solution = right.clone();
        for (int i = 0; i < size; i++) {
            for (int k = 0; k < i; k++) {
                solution[i] -= root[i][k] * solution[k];
            }
            solution[i] /= root[i][i];
        }
        for (int i = size - 1; i >= 0; i--) {
            for (int k = i + 1; k < size; k++) {
                solution[i] -= root[k][i] * solution[k];
            }
            solution[i] /= root[i][i];
        }
        return solution;
    }
}
