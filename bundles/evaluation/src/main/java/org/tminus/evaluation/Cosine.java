/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

/** How alike two embeddings point. */
public final class Cosine {
    private Cosine() {}

    /**
     * The cosine of two vectors within arrays of vectors.
     *
     * @param from where both begin
     * @param width how many numbers they have
     * @return -1 to 1; 0 if one of them is 0
     */
    public static double of(float[] a, float[] b, int from, int width) {
        double product = 0;
        double own = 0;
        double other = 0;
        for (int i = from; i < from + width; i++) {
            product += (double) a[i] * b[i];
            own += (double) a[i] * a[i];
            other += (double) b[i] * b[i];
        }
        return own == 0 || other == 0 ? 0 : product / Math.sqrt(own * other);
    }
}
