/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.predictor;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.SequenceAxis;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Random inputs that fit a signature: numbers around 0, whole numbers that are small, masks of ones. */
public final class SampleInputs {
    private static final int LENGTH = 8;
    private static final int SMALL = 10;

    private SampleInputs() {}

    /** @param rows at least 1 */
    public static Map<String, Tensor> of(AdaptiveModel model, int rows, long seed) {
        Random random = new Random(seed);
        long longest = model.signature().sequence().map(SequenceAxis::maximum).orElse((long) LENGTH);
        Map<String, Tensor> inputs = new HashMap<>();
        for (TensorSpec spec : model.signature().inputs()) {
            long[] dimensions = spec.dimensions().stream()
                    .mapToLong(size -> size == TensorSpec.ANY ? Math.min(longest, LENGTH) : size)
                    .toArray();
            dimensions[0] = rows;
            inputs.put(spec.name(), sample(spec, Shape.of(dimensions), random));
        }
        return inputs;
    }

    private static HostTensor sample(TensorSpec spec, Shape shape, Random random) {
        ElementType type = spec.elementType();
        HostTensor tensor = HostTensor.allocate(type, shape);
        boolean mask = spec.name().contains("mask");
        var buffer = tensor.writableBuffer();
        while (buffer.hasRemaining()) {
            int whole = mask ? 1 : random.nextInt(SMALL);
            switch (type.name()) {
                case "float32" -> buffer.putFloat((float) random.nextGaussian());
                case "float64" -> buffer.putDouble(random.nextGaussian());
                case "int64", "uint64" -> buffer.putLong(whole);
                case "int32", "uint32" -> buffer.putInt(whole);
                case "int16", "uint16" -> buffer.putShort((short) whole);
                case "bool", "int8", "uint8" -> buffer.put((byte) (whole % 2));
                default ->
                    throw new IllegalArgumentException(
                            "The kit has no sample inputs of type " + type + "; override inputs()");
            }
        }
        return tensor;
    }
}
