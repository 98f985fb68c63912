/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** What a node reads: its inputs among the values of a run. */
final class Inputs {
    private final Frame frame;
    private final int[] slots;

    Inputs(Frame frame, int[] slots) {
        this.frame = frame;
        this.slots = slots;
    }

    int count() {
        return slots.length;
    }

    boolean has(int index) {
        return index < slots.length && slots[index] >= 0;
    }

    Tensor get(int index) {
        return frame.get(slots[index]);
    }

    @Nullable
    Tensor optional(int index) {
        return has(index) ? get(index) : null;
    }

    /** The low-rank change that is trained for an input; {@code null} for none. */
    @Nullable
    LowRank change(int index) {
        return has(index) ? frame.change(slots[index]) : null;
    }

    /** Of matrix products. */
    Precision precision() {
        return frame.precision();
    }

    /** A whole-number input, such as a shape. */
    long[] longs(int index) {
        return longs(get(index));
    }

    static long[] longs(Tensor tensor) {
        int size = Math.toIntExact(tensor.numel());
        long[] values = new long[size];
        if (size > 0) {
            new LongPointer(tensor.toType(torch.ScalarType.Long).contiguous().data_ptr()).get(values);
        }
        return values;
    }

    /** A low-rank change {@code scale * first * second} of a matrix. */
    record LowRank(Tensor first, Tensor second, double scale) {}

    List<Tensor> all() {
        return java.util.stream.IntStream.range(0, slots.length)
                .mapToObj(this::get)
                .toList();
    }
}
