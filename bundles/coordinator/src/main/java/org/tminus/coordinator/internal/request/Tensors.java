/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** What the coordinator does with tensors itself: looking for NaN, and moving rows. Tensors are on the host. */
final class Tensors {
    private static final int FLOAT32_EXPONENT = 0x7f80_0000;
    private static final long FLOAT64_EXPONENT = 0x7ff0_0000_0000_0000L;
    private static final int FLOAT16_EXPONENT = 0x7c00;
    private static final int BFLOAT16_EXPONENT = 0x7f80;

    private Tensors() {}

    /** How many elements one row has. */
    static int rowElements(Tensor tensor) {
        long rows = tensor.shape().dimension(0);
        return rows == 0 ? 0 : (int) (tensor.shape().elementCount() / rows);
    }

    /** Whether there are as many elements as the shape says. */
    static boolean isWhole(Tensor tensor) {
        ElementType type = tensor.elementType();
        long elements = tensor.shape().elementCount();
        return type.equals(ElementType.STRING)
                ? tensor.strings().size() == elements
                : tensor.buffer().remaining() == elements * type.bytes();
    }

    /** Whether one of these rows holds a NaN or an infinity; false for types that cannot. */
    static boolean hasNonFinite(Tensor tensor, int firstRow, int rows) {
        ElementType type = tensor.elementType();
        int perRow = rowElements(tensor);
        int from = firstRow * perRow;
        int to = from + rows * perRow;
        // An exponent of ones is NaN or infinity; looking at bits is several times faster than at values.
        if (type.equals(ElementType.FLOAT32)) {
            var bits = tensor.buffer().asIntBuffer();
            int found = 0;
            for (int index = from; index < to; index++) {
                found |= ((bits.get(index) & FLOAT32_EXPONENT) + 0x0080_0000) & 0x8000_0000;
            }
            return found != 0;
        }
        if (type.equals(ElementType.FLOAT64)) {
            var bits = tensor.buffer().asLongBuffer();
            for (int index = from; index < to; index++) {
                if ((bits.get(index) & FLOAT64_EXPONENT) == FLOAT64_EXPONENT) {
                    return true;
                }
            }
            return false;
        }
        boolean half = type.equals(ElementType.FLOAT16);
        if (half || type.equals(ElementType.BFLOAT16)) {
            int exponent = half ? FLOAT16_EXPONENT : BFLOAT16_EXPONENT;
            var bits = tensor.buffer().asShortBuffer();
            for (int index = from; index < to; index++) {
                if ((bits.get(index) & exponent) == exponent) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A copy of some rows, in the order given. */
    static Tensor gather(Tensor tensor, int[] rows) {
        Shape shape = tensor.shape().withBatch(rows.length);
        if (tensor.elementType().equals(ElementType.STRING)) {
            int perRow = rowElements(tensor);
            List<String> values = new ArrayList<>(rows.length * perRow);
            for (int row : rows) {
                values.addAll(tensor.strings().subList(row * perRow, (row + 1) * perRow));
            }
            return HostTensor.ofStrings(shape, values);
        }
        HostTensor copy = HostTensor.allocate(tensor.elementType(), shape);
        ByteBuffer source = tensor.buffer();
        ByteBuffer target = copy.writableBuffer();
        int bytes = rowElements(tensor) * tensor.elementType().bytes();
        for (int index = 0; index < rows.length; index++) {
            target.put(index * bytes, source, rows[index] * bytes, bytes);
        }
        return copy;
    }

    /**
     * A copy of rows of several tensors of one type, one after the other.
     *
     * @param rows for each tensor those that are copied; null for all of it
     * @param total how many there are together
     * @throws IllegalArgumentException if the tensors' rows are not alike
     */
    static Tensor concatenate(List<Tensor> tensors, List<int @Nullable []> rows, int total) {
        Tensor first = tensors.get(0);
        Shape shape = first.shape().withBatch(total);
        boolean strings = first.elementType().equals(ElementType.STRING);
        List<String> values = new ArrayList<>();
        HostTensor whole = strings ? null : HostTensor.allocate(first.elementType(), shape);
        ByteBuffer target = whole == null ? null : whole.writableBuffer();
        for (int index = 0; index < tensors.size(); index++) {
            int[] some = rows.get(index);
            Tensor part = some == null ? tensors.get(index) : gather(tensors.get(index), some);
            if (!part.elementType().equals(first.elementType())
                    || !part.shape().withBatch(total).equals(shape)) {
                throw new IllegalArgumentException("Rows of " + part.elementType() + part.shape()
                        + " do not fit to those of " + first.elementType() + shape);
            }
            if (target == null) {
                values.addAll(part.strings());
            } else {
                target.put(part.buffer());
            }
        }
        if (whole == null) {
            return HostTensor.ofStrings(shape, values);
        }
        return whole;
    }

    /** Copies one row of a tensor with elements of a fixed width into another of the same type and row shape. */
    static void copyRow(Tensor source, int sourceRow, ByteBuffer target, int targetRow) {
        int bytes = rowElements(source) * source.elementType().bytes();
        target.put(targetRow * bytes, source.buffer(), sourceRow * bytes, bytes);
    }

    /** The soft-max over all elements of one row, of so many each. */
    static float[] softmax(FloatBuffer values, int count, int row) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int index = 0; index < count; index++) {
            largest = Math.max(largest, values.get(row * count + index));
        }
        float[] probabilities = new float[count];
        double sum = 0;
        for (int index = 0; index < count; index++) {
            double value = Math.exp(values.get(row * count + index) - largest);
            probabilities[index] = (float) value;
            sum += value;
        }
        for (int index = 0; index < count; index++) {
            probabilities[index] /= (float) sum;
        }
        return probabilities;
    }

    /** A hash of the elements, for choices that can be repeated. */
    static long hash(Tensor tensor) {
        if (tensor.elementType().equals(ElementType.STRING)) {
            return tensor.strings().hashCode();
        }
        ByteBuffer bytes = tensor.buffer();
        long hash = 0xcbf2_9ce4_8422_2325L;
        int index = 0;
        for (; index + Long.BYTES <= bytes.limit(); index += Long.BYTES) {
            hash = (hash ^ bytes.getLong(index)) * 0x100_0000_01b3L;
            hash ^= hash >>> 29;
        }
        for (; index < bytes.limit(); index++) {
            hash = (hash ^ bytes.get(index)) * 0x100_0000_01b3L;
        }
        return hash;
    }

    /** The bytes of so many rows of these inputs. */
    static long bytes(Map<String, Tensor> inputs, int rows) {
        long bytes = 0;
        for (Tensor tensor : inputs.values()) {
            bytes += tensor.byteSize() / Math.max(1, tensor.shape().dimension(0)) * rows;
        }
        return bytes;
    }
}
