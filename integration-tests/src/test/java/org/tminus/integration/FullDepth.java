/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.TensorSpec;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Inputs for any model of fixed shapes, and what ONNX Runtime answers for them at full depth. */
final class FullDepth {
    private static final int SMALLEST_VOCABULARY = 8;

    private FullDepth() {}

    /** Random numbers; whole ones are small enough for every vocabulary. */
    static Map<String, Tensor> inputs(AdaptiveModel model, int rows, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> inputs = new HashMap<>();
        for (TensorSpec spec : model.signature().inputs()) {
            long[] sizes = spec.dimensions().stream().mapToLong(Long::longValue).toArray();
            sizes[0] = rows;
            HostTensor tensor = HostTensor.allocate(spec.elementType(), Shape.of(sizes));
            ByteBuffer buffer = tensor.writableBuffer();
            while (buffer.hasRemaining()) {
                if (spec.elementType().equals(ElementType.FLOAT32)) {
                    buffer.putFloat((float) random.nextGaussian());
                } else {
                    buffer.putLong(random.nextInt(SMALLEST_VOCABULARY));
                }
            }
            inputs.put(spec.name(), tensor);
        }
        return inputs;
    }

    /** The first output. */
    static float[] answer(OnnxRuntime runtime, AdaptiveModel model, Map<String, Tensor> inputs) throws Exception {
        Map<String, OnnxTensor> values = new HashMap<>();
        try (OrtSession.SessionOptions options = runtime.newSessionOptions();
                OrtSession session = runtime.environment()
                        .createSession(model.file("model.onnx").orElseThrow().toString(), options)) {
            for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
                Tensor tensor = input.getValue();
                long[] shape = tensor.shape().toArray();
                values.put(
                        input.getKey(),
                        tensor.elementType().equals(ElementType.FLOAT32)
                                ? OnnxTensor.createTensor(
                                        runtime.environment(), tensor.buffer().asFloatBuffer(), shape)
                                : OnnxTensor.createTensor(
                                        runtime.environment(), tensor.buffer().asLongBuffer(), shape));
            }
            try (OrtSession.Result result = session.run(values)) {
                return numbers(((OnnxTensor) result.get(0)).getFloatBuffer());
            }
        } finally {
            values.values().forEach(OnnxTensor::close);
        }
    }

    static float[] numbers(FloatBuffer buffer) {
        float[] numbers = new float[buffer.remaining()];
        buffer.get(numbers);
        return numbers;
    }
}
