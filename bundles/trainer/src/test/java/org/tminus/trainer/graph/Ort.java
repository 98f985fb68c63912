/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;

/** What ONNX Runtime answers: the measure of everything that is computed here. */
final class Ort {
    private Ort() {}

    /** All outputs as floats, in the order of the file. */
    static Map<String, float[]> run(byte[] model, Map<String, HostTensor> inputs) {
        OrtEnvironment environment = OnnxRuntimes.standalone().environment();
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try (OrtSession session = environment.createSession(model, new OrtSession.SessionOptions())) {
            for (Map.Entry<String, HostTensor> input : inputs.entrySet()) {
                if (session.getInputNames().contains(input.getKey())) {
                    tensors.put(input.getKey(), tensor(environment, input.getValue()));
                }
            }
            Map<String, float[]> outputs = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(tensors)) {
                result.forEach(entry -> outputs.put(entry.getKey(), floats((OnnxTensor) entry.getValue())));
            }
            return outputs;
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(OrtEnvironment environment, HostTensor host) throws OrtException {
        ByteBuffer copy = ByteBuffer.allocateDirect(host.buffer().remaining()).order(ByteOrder.nativeOrder());
        copy.put(host.buffer()).flip();
        long[] shape = host.shape().toArray();
        return host.elementType().equals(ElementType.INT64)
                ? OnnxTensor.createTensor(environment, copy.asLongBuffer(), shape)
                : OnnxTensor.createTensor(environment, copy.asFloatBuffer(), shape);
    }

    private static float[] floats(OnnxTensor tensor) {
        try {
            return switch (tensor.getInfo().type) {
                case FLOAT -> {
                    FloatBuffer buffer = tensor.getFloatBuffer();
                    float[] values = new float[buffer.remaining()];
                    buffer.get(values);
                    yield values;
                }
                case INT64 -> {
                    java.nio.LongBuffer buffer = tensor.getLongBuffer();
                    float[] values = new float[buffer.remaining()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = buffer.get(i);
                    }
                    yield values;
                }
                default -> throw new IllegalStateException("output of type " + tensor.getInfo().type);
            };
        } catch (RuntimeException e) {
            throw new IllegalStateException(e);
        }
    }
}
