/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/** Turns the platform's tensors into the library's. */
public final class OrtTensors {
    private static final Map<ElementType, OnnxJavaType> TYPES = Map.of(
            ElementType.BOOL, OnnxJavaType.BOOL,
            ElementType.INT8, OnnxJavaType.INT8,
            ElementType.UINT8, OnnxJavaType.UINT8,
            ElementType.INT16, OnnxJavaType.INT16,
            ElementType.INT32, OnnxJavaType.INT32,
            ElementType.INT64, OnnxJavaType.INT64,
            ElementType.FLOAT16, OnnxJavaType.FLOAT16,
            ElementType.BFLOAT16, OnnxJavaType.BFLOAT16,
            ElementType.FLOAT32, OnnxJavaType.FLOAT,
            ElementType.FLOAT64, OnnxJavaType.DOUBLE);

    private OrtTensors() {}

    /** Native tensors over the same memory if that is direct, else over copies. The caller closes them. */
    public static Map<String, OnnxTensor> of(OrtEnvironment environment, Map<String, HostTensor> tensors)
            throws OrtException {
        Map<String, OnnxTensor> all = new HashMap<>();
        try {
            for (Map.Entry<String, HostTensor> entry : tensors.entrySet()) {
                all.put(entry.getKey(), of(environment, entry.getValue()));
            }
            return all;
        } catch (OrtException | RuntimeException e) {
            all.values().forEach(OnnxTensor::close);
            throw e;
        }
    }

    private static OnnxTensor of(OrtEnvironment environment, Tensor tensor) throws OrtException {
        long[] shape = tensor.shape().toArray();
        if (tensor.elementType().equals(ElementType.STRING)) {
            return OnnxTensor.createTensor(environment, tensor.strings().toArray(String[]::new), shape);
        }
        OnnxJavaType type = TYPES.get(tensor.elementType());
        if (type == null) {
            throw new OrtException("elements of type " + tensor.elementType() + " are not supported");
        }
        ByteBuffer data = tensor.buffer();
        // The library counts in elements of the buffer, so that it wants a view of the right width.
        return switch (type) {
            case FLOAT -> OnnxTensor.createTensor(environment, data.asFloatBuffer(), shape);
            case DOUBLE -> OnnxTensor.createTensor(environment, data.asDoubleBuffer(), shape);
            case INT64 -> OnnxTensor.createTensor(environment, data.asLongBuffer(), shape);
            case INT32 -> OnnxTensor.createTensor(environment, data.asIntBuffer(), shape);
            case INT16, FLOAT16, BFLOAT16 -> OnnxTensor.createTensor(environment, data.asShortBuffer(), shape, type);
            default -> OnnxTensor.createTensor(environment, data, shape, type);
        };
    }
}
