/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend.operators;

import java.util.Arrays;

/** Brings two shapes together: axes of size 1 are repeated. */
final class Broadcast {
    private Broadcast() {}

    static int[] shape(int[] left, int[] right) {
        int rank = Math.max(left.length, right.length);
        int[] shape = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            int one = size(left, rank, axis);
            int other = size(right, rank, axis);
            if (one != other && one != 1 && other != 1) {
                throw new IllegalArgumentException(
                        Arrays.toString(left) + " and " + Arrays.toString(right) + " do not go together");
            }
            shape[axis] = one == 1 ? other : one;
        }
        return shape;
    }

    private static int size(int[] shape, int rank, int axis) {
        int own = axis - (rank - shape.length);
        return own < 0 ? 1 : shape[own];
    }

    /** For each element of the wider shape the position in the narrower one. */
    static int[] positions(int[] narrow, int[] wide) {
        int[] positions = new int[Array.count(wide)];
        int[] steps = new int[wide.length];
        int step = 1;
        for (int axis = wide.length - 1; axis >= 0; axis--) {
            int size = size(narrow, wide.length, axis);
            steps[axis] = size == 1 ? 0 : step;
            step *= size;
        }
        int[] at = new int[wide.length];
        int position = 0;
        for (int index = 0; index < positions.length; index++) {
            positions[index] = position;
            for (int axis = wide.length - 1; axis >= 0; axis--) {
                position += steps[axis];
                if (++at[axis] < wide[axis]) {
                    break;
                }
                position -= steps[axis] * wide[axis];
                at[axis] = 0;
            }
        }
        return positions;
    }
}
