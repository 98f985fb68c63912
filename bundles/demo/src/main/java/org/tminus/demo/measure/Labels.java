/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import java.nio.FloatBuffer;

/** Turns a row of outputs into a class. */
final class Labels {
    private Labels() {}

    /**
     * The index of the largest value.
     *
     * @throws IllegalStateException if there is none: no values, or one that is not a number
     */
    static int ofLargest(FloatBuffer values) {
        if (!values.hasRemaining()) {
            throw new IllegalStateException("The answer is empty");
        }
        int best = 0;
        float largest = Float.NEGATIVE_INFINITY;
        int index = 0;
        while (values.hasRemaining()) {
            float value = values.get();
            if (Float.isNaN(value)) {
                throw new IllegalStateException("Output " + index + " of the answer is not a number");
            }
            if (value > largest) {
                largest = value;
                best = index;
            }
            index++;
        }
        return best;
    }
}
