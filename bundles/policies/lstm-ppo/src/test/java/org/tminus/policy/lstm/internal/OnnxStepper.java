/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Map;

/** The same file on ONNX Runtime, step by step, for one row. */
final class OnnxStepper implements AutoCloseable {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final int hidden;
    float[][] state;
    float[][] cell;

    OnnxStepper(byte[] file, int hidden) throws OrtException {
        session = environment.createSession(file);
        this.hidden = hidden;
        reset();
    }

    void reset() {
        state = new float[1][hidden];
        cell = new float[1][hidden];
    }

    float[] step(float[] observation) throws OrtException {
        try (OnnxTensor x = OnnxTensor.createTensor(environment, new float[][] {observation});
                OnnxTensor h = OnnxTensor.createTensor(environment, state);
                OnnxTensor c = OnnxTensor.createTensor(environment, cell);
                OrtSession.Result result = session.run(Map.of("observation", x, "h", h, "c", c))) {
            state = (float[][]) result.get("h_out").orElseThrow().getValue();
            cell = (float[][]) result.get("c_out").orElseThrow().getValue();
            return ((float[][]) result.get("logits").orElseThrow().getValue())[0];
        }
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
