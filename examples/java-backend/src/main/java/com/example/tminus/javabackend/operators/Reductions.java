/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend.operators;

import java.util.Arrays;

/** Operators that look along axes. */
final class Reductions {
    private Reductions() {}

    static Array softmax(Array input, long along) {
        int axis = input.axis(along);
        int size = input.shape()[axis];
        int inner = Array.count(input.shape(), axis + 1, input.rank());
        int outer = Array.count(input.shape(), 0, axis);
        float[] result = input.asFloats().clone();
        for (int before = 0; before < outer; before++) {
            for (int after = 0; after < inner; after++) {
                int first = before * size * inner + after;
                float largest = Float.NEGATIVE_INFINITY;
                for (int entry = 0; entry < size; entry++) {
                    largest = Math.max(largest, result[first + entry * inner]);
                }
                double sum = 0;
                for (int entry = 0; entry < size; entry++) {
                    int at = first + entry * inner;
                    // Without the largest, so that no power overflows.
                    result[at] = (float) Math.exp(result[at] - largest);
                    sum += result[at];
                }
                for (int entry = 0; entry < size; entry++) {
                    result[first + entry * inner] /= (float) sum;
                }
            }
        }
        return Array.of(input.shape(), result);
    }

    /** Over all axes from the given one on. */
    static Array normalise(Array input, Array scale, Array shift, long along, float epsilon) {
        int axis = input.axis(along);
        int inner = Array.count(input.shape(), axis, input.rank());
        float[] result = input.asFloats().clone();
        for (int from = 0; from < result.length; from += inner) {
            double mean = 0;
            for (int index = 0; index < inner; index++) {
                mean += result[from + index];
            }
            mean /= inner;
            double variance = 0;
            for (int index = 0; index < inner; index++) {
                double difference = result[from + index] - mean;
                variance += difference * difference;
            }
            double deviation = Math.sqrt(variance / inner + epsilon);
            for (int index = 0; index < inner; index++) {
                float normal = (float) ((result[from + index] - mean) / deviation);
                result[from + index] = normal * scale.asFloats()[index] + (shift == null ? 0 : shift.asFloats()[index]);
            }
        }
        return Array.of(input.shape(), result);
    }

    static Array sum(Array input, long[] axes, boolean keep, boolean mean) {
        boolean[] reduced = new boolean[input.rank()];
        if (axes == null || axes.length == 0) {
            Arrays.fill(reduced, true);
        } else {
            for (long axis : axes) {
                reduced[input.axis(axis)] = true;
            }
        }
        int[] kept = input.shape().clone();
        for (int axis = 0; axis < kept.length; axis++) {
            kept[axis] = reduced[axis] ? 1 : kept[axis];
        }
        int[] targets = Broadcast.positions(kept, input.shape());
        double[] sums = new double[Array.count(kept)];
        for (int index = 0; index < targets.length; index++) {
            sums[targets[index]] += input.asFloats()[index];
        }
        float[] result = new float[sums.length];
        double divisor = mean ? (double) input.size() / sums.length : 1;
        for (int index = 0; index < result.length; index++) {
            result[index] = (float) (sums[index] / divisor);
        }
        return Array.of(keep ? kept : without(kept, reduced), result);
    }

    private static int[] without(int[] shape, boolean[] reduced) {
        int[] left = new int[shape.length];
        int count = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            if (!reduced[axis]) {
                left[count++] = shape[axis];
            }
        }
        return Arrays.copyOf(left, count);
    }
}
