/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend;

import com.example.tminus.javabackend.operators.Array;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Tensor;

/** Checks a caller's inputs and copies them, so that nothing refers to the caller's memory. */
final class Inputs {
    private static final String ADVICE = "Send every input of the model in the shape that its signature names.";

    private Inputs() {}

    static Map<String, Array> read(AdaptiveModel model, Map<String, Tensor> given) throws InvalidRequestException {
        Map<String, Array> inputs = new HashMap<>();
        long rows = -1;
        for (TensorSpec spec : model.signature().inputs()) {
            Tensor tensor = given.get(spec.name());
            if (tensor == null || given.size() != model.signature().inputs().size()) {
                throw new InvalidRequestException(
                        "The model " + model + " takes "
                                + model.signature().inputs().stream()
                                        .map(TensorSpec::name)
                                        .toList()
                                + ", found " + given.keySet() + ".",
                        ADVICE);
            }
            check(model, spec, tensor);
            long found = tensor.shape().dimension(0);
            if (found == 0 || (rows >= 0 && found != rows)) {
                throw new InvalidRequestException(
                        "The input '" + spec.name() + "' of the model " + model + " has " + found + " rows"
                                + (rows >= 0 ? ", others have " + rows : "") + ".",
                        ADVICE);
            }
            rows = found;
            inputs.put(spec.name(), copy(tensor));
        }
        return inputs;
    }

    private static void check(AdaptiveModel model, TensorSpec spec, Tensor tensor) throws InvalidRequestException {
        boolean known = spec.elementType().equals(ElementType.FLOAT32)
                || spec.elementType().equals(ElementType.INT64);
        if (!known
                || !tensor.elementType().equals(spec.elementType())
                || tensor.shape().rank() == 0
                || !spec.accepts(tensor.shape())
                || !tensor.location().isHost()) {
            throw new InvalidRequestException(
                    "The input '" + spec.name() + "' of the model " + model + " is " + spec.elementType()
                            + spec.dimensions() + ", found " + tensor.elementType() + tensor.shape() + " on "
                            + tensor.location().device() + ".",
                    ADVICE);
        }
    }

    private static Array copy(Tensor tensor) {
        int[] shape = Arrays.stream(tensor.shape().toArray())
                .mapToInt(Math::toIntExact)
                .toArray();
        int count = Math.toIntExact(tensor.shape().elementCount());
        if (tensor.elementType().equals(ElementType.FLOAT32)) {
            float[] values = new float[count];
            tensor.buffer().asFloatBuffer().get(values);
            return Array.of(shape, values);
        }
        long[] values = new long[count];
        tensor.buffer().asLongBuffer().get(values);
        return Array.of(shape, values);
    }
}
