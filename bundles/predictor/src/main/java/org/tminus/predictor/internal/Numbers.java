/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.util.Arrays;
import org.tminus.failure.ModelFormatException;

/** Growing lists of plain numbers with an upper bound, so that a hostile file cannot fill the memory. */
final class Numbers {
    /** More nodes than any useful predictor has. */
    static final int LIMIT = 1 << 20;

    private long[] longs = new long[0];
    private float[] floats = new float[0];
    private int longCount;
    private int floatCount;

    void add(long value) throws ModelFormatException {
        checkRoom(longCount);
        if (longCount == longs.length) {
            longs = Arrays.copyOf(longs, Math.max(16, 2 * longCount));
        }
        longs[longCount++] = value;
    }

    void add(float value) throws ModelFormatException {
        checkRoom(floatCount);
        if (floatCount == floats.length) {
            floats = Arrays.copyOf(floats, Math.max(16, 2 * floatCount));
        }
        floats[floatCount++] = value;
    }

    private static void checkRoom(int count) throws ModelFormatException {
        if (count == LIMIT) {
            throw new ModelFormatException(
                    "The predictor has more than " + LIMIT + " nodes or weights.", EnsembleReader.ADVICE);
        }
    }

    long[] longs() {
        return Arrays.copyOf(longs, longCount);
    }

    float[] floats() {
        return Arrays.copyOf(floats, floatCount);
    }
}
