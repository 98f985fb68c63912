/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;

/** Runs an ONNX model with one float input on ONNX Runtime. Owns a session; used by one thread. */
public final class OnnxRunner implements AutoCloseable {
    private final OrtEnvironment environment;
    private final OrtSession session;

    /**
     * Loads a model.
     *
     * @throws IllegalStateException if ONNX Runtime refuses it
     */
    public OnnxRunner(byte[] model) {
        OnnxRuntime runtime = OnnxRuntimes.standalone();
        environment = runtime.environment();
        try (OrtSession.SessionOptions options = runtime.newSessionOptions()) {
            session = environment.createSession(model, options);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime refuses the exported model: " + e.getMessage(), e);
        }
    }

    /** Runs the model and gives one float output, flattened. */
    public float[] run(Map<String, float[]> inputs, Map<String, long[]> shapes, String output) {
        Map<String, OnnxTensor> tensors = new java.util.HashMap<>();
        try {
            for (Map.Entry<String, float[]> input : inputs.entrySet()) {
                long @Nullable [] shape = shapes.get(input.getKey());
                if (shape == null) {
                    throw new IllegalArgumentException("no shape for input " + input.getKey());
                }
                tensors.put(
                        input.getKey(),
                        OnnxTensor.createTensor(environment, FloatBuffer.wrap(input.getValue()), shape));
            }
            try (OrtSession.Result result = session.run(tensors, java.util.Set.of(output))) {
                OnnxTensor tensor = (OnnxTensor) result.get(0);
                FloatBuffer buffer = tensor.getFloatBuffer();
                float[] values = new float[buffer.remaining()];
                buffer.get(values);
                return values;
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
