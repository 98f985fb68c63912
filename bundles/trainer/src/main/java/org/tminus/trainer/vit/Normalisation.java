/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

/**
 * Turns grey values into the numbers that the model reads: {@code (value * scale - mean) / deviation}, in doubles, rounded
 * once to float.
 *
 * @param scale factor for the unsigned byte
 * @param mean subtracted after scaling
 * @param deviation divisor
 */
public record Normalisation(double scale, double mean, double deviation) {
    /** What Fashion-MNIST is used with. */
    public static final Normalisation FASHION = new Normalisation(0.00392156862745098, 0.2860, 0.3530);

    /** The normalised value of each of the 256 grey values. */
    public float[] table() {
        float[] table = new float[256];
        for (int value = 0; value < 256; value++) {
            table[value] = (float) ((value * scale - mean) / deviation);
        }
        return table;
    }
}
