/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import java.util.List;

/**
 * {@code c0 + c1·n + c2·n²}, a cost as a function of the length <i>n</i> of the sequence.
 *
 * @param c0 the part that does not depend on the length
 * @param c1 the part that grows with the length
 * @param c2 the part that grows with its square
 */
public record Polynomial(double c0, double c1, double c2) {
    /** Nothing. */
    public static final Polynomial ZERO = new Polynomial(0, 0, 0);

    /** The value at a length. */
    public double at(double n) {
        return c0 + c1 * n + c2 * n * n;
    }

    /** The sum of both. */
    public Polynomial plus(Polynomial other) {
        return new Polynomial(c0 + other.c0, c1 + other.c1, c2 + other.c2);
    }

    /** The larger of each coefficient: at no length less than either polynomial, as long as coefficients are not negative. */
    public Polynomial max(Polynomial other) {
        return new Polynomial(Math.max(c0, other.c0), Math.max(c1, other.c1), Math.max(c2, other.c2));
    }

    /** The coefficients, {@code [c0, c1, c2]}. */
    public List<Double> coefficients() {
        return List.of(c0, c1, c2);
    }
}
