/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

/**
 * What a part of a model costs per row: FLOPs (a multiply-add counts as two), weights, and the activations that live at
 * once. FLOPs and activations are polynomials of at most second degree in the length of the row's sequence; models
 * without a sequence have constants. Immutable.
 */
public final class Cost {
    /** Nothing. */
    public static final Cost ZERO = new Cost(0, 0, 0, 0, 0, 0, 0);

    private final double flops0;
    private final double flops1;
    private final double flops2;
    private final long weightBytes;
    private final double activation0;
    private final double activation1;
    private final double activation2;

    private Cost(double flops0, double flops1, double flops2, long weightBytes, double a0, double a1, double a2) {
        this.flops0 = flops0;
        this.flops1 = flops1;
        this.flops2 = flops2;
        this.weightBytes = weightBytes;
        this.activation0 = a0;
        this.activation1 = a1;
        this.activation2 = a2;
    }

    /**
     * @param flops up to three coefficients, the constant first
     * @param weightBytes bytes of the weights in their stored type
     * @param activationBytes up to three coefficients, the constant first
     * @throws IllegalArgumentException if there are more than three coefficients, or a figure is negative or not finite
     */
    public static Cost of(double[] flops, long weightBytes, double[] activationBytes) {
        if (weightBytes < 0) {
            throw new IllegalArgumentException("Weights cannot have " + weightBytes + " bytes");
        }
        return new Cost(
                coefficient(flops, 0),
                coefficient(flops, 1),
                coefficient(flops, 2),
                weightBytes,
                coefficient(activationBytes, 0),
                coefficient(activationBytes, 1),
                coefficient(activationBytes, 2));
    }

    private static double coefficient(double[] coefficients, int degree) {
        if (coefficients.length > 3) {
            throw new IllegalArgumentException("A cost has at most three coefficients, got " + coefficients.length);
        }
        double value = degree < coefficients.length ? coefficients[degree] : 0;
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("A cost is finite, got " + value);
        }
        return value;
    }

    /**
     * FLOPs for one row.
     *
     * @param length of the row's sequence, 0 for models without one
     */
    public long flops(long length) {
        return Math.max(0, Math.round(flops0 + length * (flops1 + length * flops2)));
    }

    public long weightBytes() {
        return weightBytes;
    }

    /**
     * Peak bytes of activations for one row.
     *
     * @param length of the row's sequence, 0 for models without one
     */
    public long activationBytes(long length) {
        return Math.max(0, Math.round(activation0 + length * (activation1 + length * activation2)));
    }

    /** The cost of one part after another: FLOPs and weights add up, of the activations the larger one counts. */
    public Cost then(Cost next) {
        return new Cost(
                flops0 + next.flops0,
                flops1 + next.flops1,
                flops2 + next.flops2,
                weightBytes + next.weightBytes,
                Math.max(activation0, next.activation0),
                Math.max(activation1, next.activation1),
                Math.max(activation2, next.activation2));
    }

    @Override
    public String toString() {
        return "Cost[flops=" + flops0 + "+" + flops1 + "n+" + flops2 + "n2, weightBytes=" + weightBytes + "]";
    }
}
