/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend.operators;

import java.util.Arrays;

/**
 * Numbers in row-major order: either floats or longs. Immutable by convention: an operator writes only what it made.
 *
 * @param shape a dimension for each axis; none for a single number
 * @param floats null for whole numbers
 * @param longs null for floats
 */
public record Array(int[] shape, float[] floats, long[] longs) {
    public static Array of(int[] shape, float[] values) {
        return new Array(shape, values, null);
    }

    public static Array of(int[] shape, long[] values) {
        return new Array(shape, null, values);
    }

    /** @throws IllegalArgumentException if it holds whole numbers */
    public float[] asFloats() {
        if (floats == null) {
            throw new IllegalArgumentException("Expected float32, found int64" + Arrays.toString(shape));
        }
        return floats;
    }

    /** @throws IllegalArgumentException if it holds floats */
    public long[] asLongs() {
        if (longs == null) {
            throw new IllegalArgumentException("Expected int64, found float32" + Arrays.toString(shape));
        }
        return longs;
    }

    public boolean isFloat() {
        return floats != null;
    }

    public int rank() {
        return shape.length;
    }

    public int size() {
        return count(shape);
    }

    /** The same numbers in another shape. */
    public Array as(int... other) {
        if (count(other) != size()) {
            throw new IllegalArgumentException(Arrays.toString(shape) + " cannot become " + Arrays.toString(other));
        }
        return new Array(other, floats, longs);
    }

    /** Numbers picked from this array, in another shape. */
    Array pick(int[] other, int[] positions) {
        if (isFloat()) {
            float[] picked = new float[positions.length];
            for (int index = 0; index < positions.length; index++) {
                picked[index] = floats[positions[index]];
            }
            return of(other, picked);
        }
        long[] picked = new long[positions.length];
        for (int index = 0; index < positions.length; index++) {
            picked[index] = longs[positions[index]];
        }
        return of(other, picked);
    }

    /** An axis counted from the end where it is negative. */
    int axis(long axis) {
        int from = (int) (axis < 0 ? axis + rank() : axis);
        if (from < 0 || from >= rank()) {
            throw new IllegalArgumentException("There is no axis " + axis + " in " + Arrays.toString(shape));
        }
        return from;
    }

    static int count(int[] shape) {
        int count = 1;
        for (int size : shape) {
            count = Math.multiplyExact(count, size);
        }
        return count;
    }

    /** The product of some dimensions. */
    static int count(int[] shape, int from, int to) {
        return count(Arrays.copyOfRange(shape, from, to));
    }

    /** These rows of the first axis. */
    public Array rows(int[] rows) {
        int perRow = count(shape, 1, rank());
        int[] positions = new int[rows.length * perRow];
        for (int index = 0; index < positions.length; index++) {
            positions[index] = rows[index / perRow] * perRow + index % perRow;
        }
        int[] kept = shape.clone();
        kept[0] = rows.length;
        return pick(kept, positions);
    }
}
