/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Tensor;

/** A whole graph on ONNX Runtime, such as the unchanged model for golden vectors. Owns a session; used by one thread. */
final class WholeGraph implements AutoCloseable {
    private static final Map<ElementType, OnnxJavaType> TYPES = Map.of(
            ElementType.FLOAT32, OnnxJavaType.FLOAT,
            ElementType.INT64, OnnxJavaType.INT64,
            ElementType.INT32, OnnxJavaType.INT32,
            ElementType.UINT8, OnnxJavaType.UINT8);

    private final OrtEnvironment environment;
    private final OrtSession session;

    /** What the model answers. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Answer(float[] values, long[] shape) {}

    WholeGraph(byte[] model) {
        OnnxRuntime runtime = OnnxRuntimes.standalone();
        environment = runtime.environment();
        try (OrtSession.SessionOptions options = runtime.newSessionOptions()) {
            session = environment.createSession(model, options);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime refuses the model: " + e.getMessage(), e);
        }
    }

    Answer answer(Map<String, ? extends Tensor> inputs, String output) {
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try {
            for (String name : session.getInputNames()) {
                Tensor tensor = inputs.get(name);
                OnnxJavaType type = tensor == null ? null : TYPES.get(tensor.elementType());
                if (tensor == null || type == null) {
                    throw new IllegalArgumentException("the model's input " + name + " is not among "
                            + List.copyOf(inputs.keySet()) + ", or of a type that is not supported");
                }
                tensors.put(
                        name,
                        OnnxTensor.createTensor(
                                environment, tensor.buffer(), tensor.shape().toArray(), type));
            }
            try (OrtSession.Result result = session.run(tensors, Set.of(output))) {
                OnnxTensor answer = (OnnxTensor) result.get(0);
                FloatBuffer buffer = answer.getFloatBuffer();
                float[] values = new float[buffer.remaining()];
                buffer.get(values);
                return new Answer(values, answer.getInfo().getShape());
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime failed: " + e.getMessage(), e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("cannot close the session: " + e.getMessage(), e);
        }
    }
}
