/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Arrays;

/** Exact nearest neighbours by the product of vectors. Immutable; a search uses a buffer of its own. */
final class Neighbours {
    /** By dimension, so that the inner loop runs over the corpus and needs no sum. */
    private final float[][] byDimension;

    private final int size;

    /** @param corpus vectors of one length, not copied as such */
    Neighbours(float[][] corpus) {
        this.size = corpus.length;
        int width = size == 0 ? 0 : corpus[0].length;
        byDimension = new float[width][size];
        for (int row = 0; row < size; row++) {
            for (int i = 0; i < width; i++) {
                byDimension[i][row] = corpus[row][i];
            }
        }
    }

    /**
     * The nearest, best first; of equally near ones the earlier.
     *
     * @param without a row of the corpus that is left out; -1 for none
     * @param most how many
     */
    int[] nearest(float[] query, int without, int most) {
        float[] products = new float[size];
        for (int i = 0; i < byDimension.length; i++) {
            float factor = query[i];
            float[] values = byDimension[i];
            for (int row = 0; row < values.length; row++) {
                products[row] += factor * values[row];
            }
        }
        int[] best = new int[Math.min(most, Math.max(0, size - (without < 0 ? 0 : 1)))];
        int count = 0;
        for (int row = 0; row < size; row++) {
            if (row == without
                    || (count == best.length && (count == 0 || products[row] <= products[best[count - 1]]))) {
                continue;
            }
            int at = count == best.length ? count - 1 : count++;
            while (at > 0 && products[best[at - 1]] < products[row]) {
                best[at] = best[at - 1];
                at--;
            }
            best[at] = row;
        }
        return Arrays.copyOf(best, count);
    }
}
