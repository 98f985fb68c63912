/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend.operators;

import java.util.Arrays;
import java.util.List;

/** Operators that move numbers and compute none. */
final class Layouts {
    private Layouts() {}

    /** 0 copies a dimension, -1 takes what is left. */
    static Array reshape(Array input, long[] wanted) {
        int[] shape = new int[wanted.length];
        int known = 1;
        int open = -1;
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = wanted[axis] == 0 ? input.shape()[axis] : (int) wanted[axis];
            if (shape[axis] == -1) {
                open = axis;
            } else {
                known *= shape[axis];
            }
        }
        if (open >= 0) {
            shape[open] = known == 0 ? 0 : input.size() / known;
        }
        return input.as(shape);
    }

    static Array transpose(Array input, long[] order) {
        int rank = input.rank();
        int[] shape = new int[rank];
        int[] steps = new int[rank];
        int[] turned = new int[rank];
        int step = 1;
        for (int axis = rank - 1; axis >= 0; axis--) {
            steps[axis] = step;
            step *= input.shape()[axis];
        }
        for (int axis = 0; axis < rank; axis++) {
            shape[axis] = input.shape()[(int) order[axis]];
            turned[axis] = steps[(int) order[axis]];
        }
        int[] positions = new int[input.size()];
        int[] at = new int[rank];
        int position = 0;
        for (int index = 0; index < positions.length; index++) {
            positions[index] = position;
            for (int axis = rank - 1; axis >= 0; axis--) {
                position += turned[axis];
                if (++at[axis] < shape[axis]) {
                    break;
                }
                position -= turned[axis] * shape[axis];
                at[axis] = 0;
            }
        }
        return input.pick(shape, positions);
    }

    /** The entries of an axis that the indices name, in the shape of the indices. */
    static Array gather(Array input, Array indices, long along) {
        int axis = input.axis(along);
        int size = input.shape()[axis];
        int inner = Array.count(input.shape(), axis + 1, input.rank());
        int outer = Array.count(input.shape(), 0, axis);
        long[] wanted = indices.asLongs();
        int[] positions = new int[outer * wanted.length * inner];
        int target = 0;
        for (int before = 0; before < outer; before++) {
            for (long index : wanted) {
                int entry = (int) (index < 0 ? index + size : index);
                if (entry < 0 || entry >= size) {
                    throw new IllegalArgumentException("There is no entry " + index + " among " + size);
                }
                for (int after = 0; after < inner; after++) {
                    positions[target++] = (before * size + entry) * inner + after;
                }
            }
        }
        int[] shape = new int[input.rank() - 1 + indices.rank()];
        System.arraycopy(input.shape(), 0, shape, 0, axis);
        System.arraycopy(indices.shape(), 0, shape, axis, indices.rank());
        System.arraycopy(input.shape(), axis + 1, shape, axis + indices.rank(), input.rank() - axis - 1);
        return input.pick(shape, positions);
    }

    static Array concat(List<Array> inputs, long along) {
        Array first = inputs.get(0);
        int axis = first.axis(along);
        int outer = Array.count(first.shape(), 0, axis);
        int[] shape = first.shape().clone();
        shape[axis] = inputs.stream().mapToInt(input -> input.shape()[axis]).sum();
        int total = Array.count(shape);
        float[] floats = first.isFloat() ? new float[total] : null;
        long[] longs = first.isFloat() ? null : new long[total];
        int target = 0;
        for (int before = 0; before < outer; before++) {
            for (Array input : inputs) {
                int length = input.size() / outer;
                Object source = first.isFloat() ? input.asFloats() : input.asLongs();
                System.arraycopy(source, before * length, first.isFloat() ? floats : longs, target, length);
                target += length;
            }
        }
        return new Array(shape, floats, longs);
    }

    /** From, to and step along one axis. */
    private static Array cut(Array input, int axis, int from, int count, int step) {
        int size = input.shape()[axis];
        int inner = Array.count(input.shape(), axis + 1, input.rank());
        int outer = Array.count(input.shape(), 0, axis);
        int[] positions = new int[outer * count * inner];
        int target = 0;
        for (int before = 0; before < outer; before++) {
            for (int entry = 0; entry < count; entry++) {
                for (int after = 0; after < inner; after++) {
                    positions[target++] = (before * size + from + entry * step) * inner + after;
                }
            }
        }
        int[] shape = input.shape().clone();
        shape[axis] = count;
        return input.pick(shape, positions);
    }

    static Array[] split(Array input, long[] sizes, long along) {
        int axis = input.axis(along);
        Array[] parts = new Array[sizes.length];
        int from = 0;
        for (int part = 0; part < parts.length; part++) {
            parts[part] = cut(input, axis, from, (int) sizes[part], 1);
            from += (int) sizes[part];
        }
        return parts;
    }

    /** Forward only. */
    static Array slice(Array input, long[] starts, long[] ends, long[] axes, long[] steps) {
        Array result = input;
        for (int index = 0; index < starts.length; index++) {
            int axis = input.axis(axes == null ? index : axes[index]);
            int step = steps == null ? 1 : (int) steps[index];
            if (step < 1) {
                throw new IllegalArgumentException("Slice goes forward only, found the step " + step);
            }
            int size = result.shape()[axis];
            int from = bound(starts[index], size);
            int to = bound(ends[index], size);
            result = cut(result, axis, from, Math.max(0, (to - from + step - 1) / step), step);
        }
        return result;
    }

    private static int bound(long place, int size) {
        return (int) Math.max(0, Math.min(size, place < 0 ? place + size : place));
    }

    static Array unsqueeze(Array input, long[] axes) {
        int rank = input.rank() + axes.length;
        int[] shape = new int[rank];
        for (long axis : axes) {
            shape[(int) (axis < 0 ? axis + rank : axis)] = 1;
        }
        int source = 0;
        for (int axis = 0; axis < rank; axis++) {
            if (shape[axis] == 0) {
                shape[axis] = input.shape()[source++];
            }
        }
        return input.as(shape);
    }

    static Array shape(Array input) {
        long[] sizes = Arrays.stream(input.shape()).asLongStream().toArray();
        return Array.of(new int[] {sizes.length}, sizes);
    }

    static Array expand(Array input, long[] wanted) {
        int[] other = Arrays.stream(wanted).mapToInt(Math::toIntExact).toArray();
        return Elementwise.spread(input, Broadcast.shape(input.shape(), other));
    }
}
