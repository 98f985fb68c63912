/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import org.jspecify.annotations.Nullable;

/** The elements of a small tensor that is known before the model runs: whole numbers (also booleans), or fractions. */
public final class Data {
    /** More elements than this are not folded: what shape arithmetic needs is small. */
    static final int MAX_ELEMENTS = 1 << 16;

    private final long @Nullable [] longs;
    private final double @Nullable [] doubles;

    private Data(long @Nullable [] longs, double @Nullable [] doubles) {
        this.longs = longs;
        this.doubles = doubles;
    }

    static Data of(long... values) {
        return new Data(values, null);
    }

    static Data ofDoubles(double... values) {
        return new Data(null, values);
    }

    boolean isWhole() {
        return longs != null;
    }

    int size() {
        return longs != null ? longs.length : doubles != null ? doubles.length : 0;
    }

    long longAt(int index) {
        if (longs != null) {
            return longs[index];
        }
        return doubles == null ? 0 : (long) doubles[index];
    }

    double doubleAt(int index) {
        if (longs != null) {
            return longs[index];
        }
        return doubles == null ? 0 : doubles[index];
    }

    /** Only for whole numbers; a copy. */
    long[] toLongs() {
        long[] copy = new long[size()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = longAt(i);
        }
        return copy;
    }

    /** The elements at these indices, in this order. */
    Data pick(int[] indices) {
        if (longs != null) {
            long[] picked = new long[indices.length];
            for (int i = 0; i < picked.length; i++) {
                picked[i] = longs[indices[i]];
            }
            return of(picked);
        }
        double[] picked = new double[indices.length];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = doubleAt(indices[i]);
        }
        return ofDoubles(picked);
    }
}
