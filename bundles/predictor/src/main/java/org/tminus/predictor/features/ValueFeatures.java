/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.features;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Tensor;

/**
 * The feature set {@code values-v1}: the numbers of a small input as they are. A row's features are its elements of all
 * inputs, in the order of the model's signature, each in row-major order, as float32: integers and float64 are rounded to
 * the nearest, unsigned types are read as such, NaN stays NaN and counts as missing. All dimensions but the batch are
 * fixed, and a row has at most {@link #LIMIT} elements; there is no feature that a tree could not split on by itself, so
 * larger inputs need a set that sums them up. Immutable and safe for several threads.
 */
public final class ValueFeatures {
    /** Name of this feature set, as models refer to it. */
    public static final String NAME = "values-v1";

    /** How many features a model may have at most. */
    public static final int LIMIT = 64;

    private static final List<ElementType> TYPES = List.of(
            ElementType.INT8,
            ElementType.UINT8,
            ElementType.INT16,
            ElementType.UINT16,
            ElementType.INT32,
            ElementType.UINT32,
            ElementType.INT64,
            ElementType.UINT64,
            ElementType.FLOAT16,
            ElementType.BFLOAT16,
            ElementType.FLOAT32,
            ElementType.FLOAT64);

    private final List<TensorSpec> inputs;
    private final int[] sizes;
    private final int[] types;
    private final int count;

    private ValueFeatures(List<TensorSpec> inputs) {
        this.inputs = inputs;
        sizes = new int[inputs.size()];
        types = new int[inputs.size()];
        int sum = 0;
        for (int index = 0; index < sizes.length; index++) {
            sizes[index] = (int) elements(inputs.get(index));
            types[index] = TYPES.indexOf(inputs.get(index).elementType());
            sum += sizes[index];
        }
        count = sum;
    }

    /**
     * The features of models with this signature.
     *
     * @throws IllegalArgumentException with {@link #obstacle} if they have none
     */
    public static ValueFeatures of(ModelSignature signature) {
        obstacle(signature).ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
        return new ValueFeatures(signature.inputs());
    }

    /** Why models with this signature have no such features, as a sentence; empty if they have. */
    public static Optional<String> obstacle(ModelSignature signature) {
        long count = 0;
        for (TensorSpec input : signature.inputs()) {
            if (!TYPES.contains(input.elementType())) {
                return refusal("input '" + input.name() + "' is of type " + input.elementType()
                        + ", which is neither an integer nor a float type");
            }
            if (input.dimensions().isEmpty()) {
                return refusal("input '" + input.name() + "' has no batch dimension");
            }
            if (input.dimensions().lastIndexOf(TensorSpec.ANY) > 0) {
                return refusal("input '" + input.name() + "' has the variable shape " + shape(input));
            }
            count = Math.min(Integer.MAX_VALUE, count + elements(input));
        }
        if (count == 0 || count > LIMIT) {
            return refusal("its inputs have " + (count == Integer.MAX_VALUE ? "too many" : count)
                    + " elements per row; 1 to " + LIMIT + " are possible");
        }
        return Optional.empty();
    }

    private static Optional<String> refusal(String reason) {
        return Optional.of("The features '" + NAME + "' do not fit this model: " + reason + ".");
    }

    private static String shape(TensorSpec input) {
        List<String> sizes = new ArrayList<>();
        for (long size : input.dimensions()) {
            sizes.add(size == TensorSpec.ANY ? "?" : Long.toString(size));
        }
        return sizes.toString();
    }

    /** Elements per row; more than an int holds count as {@link Integer#MAX_VALUE}. */
    private static long elements(TensorSpec input) {
        long count = 1;
        for (int axis = 1; axis < input.dimensions().size(); axis++) {
            count = Math.min(
                    Integer.MAX_VALUE,
                    count * Math.min(Integer.MAX_VALUE, input.dimensions().get(axis)));
        }
        return count;
    }

    /** How many features there are. */
    public int count() {
        return count;
    }

    /** Short names of the features, by index: the input, and the element's place in its row-major order. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (int index = 0; index < sizes.length; index++) {
            for (int element = 0; element < sizes[index]; element++) {
                names.add(inputs.get(index).name() + "[" + element + "]");
            }
        }
        return List.copyOf(names);
    }

    /**
     * Prepares a batch for reading.
     *
     * @param tensors the model's inputs by name, on the host; they stay open as long as the batch is read
     * @throws IllegalArgumentException if an input is missing, or not of the type and shape in the signature
     */
    public Batch open(Map<String, ? extends Tensor> tensors, int rows) {
        ByteBuffer[] buffers = new ByteBuffer[sizes.length];
        for (int index = 0; index < sizes.length; index++) {
            TensorSpec input = inputs.get(index);
            Tensor tensor = tensors.get(input.name());
            if (tensor == null
                    || !tensor.elementType().equals(input.elementType())
                    || !input.accepts(tensor.shape())
                    || tensor.shape().dimension(0) != rows) {
                throw new IllegalArgumentException("input '" + input.name() + "' must be " + input.elementType() + " "
                        + shape(input) + " with " + rows + " rows, found "
                        + (tensor == null ? "nothing" : tensor.elementType() + " " + tensor.shape()));
            }
            buffers[index] = tensor.buffer();
        }
        return new Batch(buffers, sizes, types, count, rows);
    }

    /** The features of one batch. For one thread at a time; reading allocates nothing. */
    public static final class Batch {
        private final ByteBuffer[] buffers;
        private final int[] sizes;
        private final int[] types;
        private final int count;
        private final int rows;

        private Batch(ByteBuffer[] buffers, int[] sizes, int[] types, int count, int rows) {
            this.buffers = buffers;
            this.sizes = sizes;
            this.types = types;
            this.count = count;
            this.rows = rows;
        }

        /**
         * Reads the features of one row.
         *
         * @param out receives {@link ValueFeatures#count()} values from index 0
         * @throws IllegalArgumentException if there is no such row or the array is too short
         */
        public void compute(int row, float[] out) {
            if (row < 0 || row >= rows) {
                throw new IllegalArgumentException("there are " + rows + " rows, but no row " + row);
            }
            if (out.length < count) {
                throw new IllegalArgumentException("room for " + count + " features needed, found " + out.length);
            }
            int at = 0;
            for (int index = 0; index < buffers.length; index++) {
                int size = sizes[index];
                for (int element = 0; element < size; element++) {
                    out[at++] = value(buffers[index], types[index], row * size + element);
                }
            }
        }

        /** By the place of the type in the list above. */
        private static float value(ByteBuffer data, int type, int element) {
            return switch (type) {
                case 0 -> data.get(element);
                case 1 -> data.get(element) & 0xFF;
                case 2 -> data.getShort(2 * element);
                case 3 -> data.getShort(2 * element) & 0xFFFF;
                case 4 -> data.getInt(4 * element);
                case 5 -> data.getInt(4 * element) & 0xFFFF_FFFFL;
                case 6 -> data.getLong(8 * element);
                case 7 -> unsigned(data.getLong(8 * element));
                case 8 -> half(data.getShort(2 * element));
                case 9 -> Float.intBitsToFloat(data.getShort(2 * element) << 16);
                case 10 -> data.getFloat(4 * element);
                default -> (float) data.getDouble(8 * element);
            };
        }

        private static float unsigned(long bits) {
            // Half of it with the lost bit kept, so that rounding comes out as for the whole.
            return bits >= 0 ? bits : 2f * ((bits >>> 1) | (bits & 1));
        }

        private static float half(short bits) {
            int exponent = bits >>> 10 & 0x1F;
            int fraction = bits & 0x3FF;
            float magnitude;
            if (exponent == 0) {
                magnitude = fraction * 0x1p-24f;
            } else {
                int widened = exponent == 0x1F ? 0xFF : exponent + 112;
                magnitude = Float.intBitsToFloat(widened << 23 | fraction << 13);
            }
            return bits < 0 ? -magnitude : magnitude;
        }
    }
}
