/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import java.util.ArrayList;
import java.util.List;

/**
 * Which numbers a model holds beside those of float32, and with that how far two ways to compute the same path may differ.
 *
 * @param hasFloat16 whether there are weights or values of float16
 * @param hasBfloat16 whether there are weights or values of bfloat16
 * @param isQuantised whether activations are rounded to whole numbers of 8 or 16 bits
 */
public record Precision(boolean hasFloat16, boolean hasBfloat16, boolean isQuantised) {
    /** Float32 throughout; weights of whole numbers that are only scaled before they are used do not change that. */
    public static final Precision FLOAT32 = new Precision(false, false, false);

    private static final double FLOAT32_TOLERANCE = 1e-4;
    private static final double FLOAT16_TOLERANCE = 1e-2;
    private static final double QUANTISED_TOLERANCE = 2e-2;
    private static final double BFLOAT16_TOLERANCE = 5e-2;

    /** Whether there is nothing but float32. */
    public boolean isFloat32() {
        return !hasFloat16 && !hasBfloat16 && !isQuantised;
    }

    /**
     * The largest difference between two ways to compute the same path, relative to the largest magnitude of the output.
     *
     * <p>One graph for several parts, and one graph for each, round at different places. In float32 that stays within 1e-4. A runtime that computes
     * float16 in float32 rounds a state only where a graph ends, each time by at most 2^-11 of it, 1e-2 is about twenty times that; for bfloat16
     * each time is 2^-8, and 5e-2 about a dozen times that. A sum that comes out differently by its last bit moves a whole number of 8 bits by at
     * most one step, 1/255 of its range: 2e-2 is five steps. Another path than the one asked for differs by several times 1e-1.
     */
    public double tolerance() {
        double tolerance = hasFloat16 ? FLOAT16_TOLERANCE : FLOAT32_TOLERANCE;
        tolerance = Math.max(tolerance, isQuantised ? QUANTISED_TOLERANCE : 0);
        return Math.max(tolerance, hasBfloat16 ? BFLOAT16_TOLERANCE : 0);
    }

    /** In words, such as {@code float32} or {@code quantised, float16}. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        if (isQuantised) {
            words.add("quantised");
        }
        if (hasFloat16) {
            words.add("float16");
        }
        if (hasBfloat16) {
            words.add("bfloat16");
        }
        return words.isEmpty() ? "float32" : String.join(", ", words);
    }
}
