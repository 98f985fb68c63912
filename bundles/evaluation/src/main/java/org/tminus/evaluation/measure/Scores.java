/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.nio.FloatBuffer;

/** Reads answers from scores. */
public final class Scores {
    private Scores() {}

    /** The index of the largest; of equals the first. */
    public static int best(FloatBuffer scores) {
        int best = 0;
        for (int k = 1; k < scores.remaining(); k++) {
            if (scores.get(scores.position() + k) > scores.get(scores.position() + best)) {
                best = k;
            }
        }
        return best;
    }
}
