/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.List;
import org.tminus.demo.data.InputTensors;

/** The inputs as ONNX Runtime takes them, made beforehand over the same direct memory, so that the baseline copies nothing. */
public final class PlainInputs implements AutoCloseable {
    private final String name;
    private final List<OnnxTensor> tensors = new ArrayList<>();

    /** @throws OrtException if a tensor cannot be made */
    public PlainInputs(OrtEnvironment environment, InputTensors inputs) throws OrtException {
        name = inputs.name();
        long[] shape = inputs.rowShape().toArray();
        try {
            for (int image = 0; image < inputs.count(); image++) {
                tensors.add(OnnxTensor.createTensor(environment, inputs.floats(image), shape));
            }
        } catch (OrtException | RuntimeException e) {
            close();
            throw e;
        }
    }

    String name() {
        return name;
    }

    OnnxTensor tensor(int image) {
        return tensors.get(image);
    }

    @Override
    public void close() {
        tensors.forEach(OnnxTensor::close);
        tensors.clear();
    }
}
