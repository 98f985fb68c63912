/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs models with ONNX Runtime, optimisation off, so that differences come from the graph alone. */
final class Ort {
    private Ort() {}

    /** A tensor on the heap: floats, longs, or elements of another type. */
    record Tensor(Object data, long[] shape) {
        float[] floats() {
            return data instanceof Other other ? other.halves() : (float[]) data;
        }
    }

    /** Elements as ONNX Runtime has them. */
    record Other(ByteBuffer raw, OnnxJavaType type) {
        /** The numbers, if they are of 16 bits. */
        private float[] halves() {
            ShortBuffer bits = raw.asShortBuffer();
            float[] floats = new float[bits.remaining()];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = type == OnnxJavaType.FLOAT16
                        ? Fp16Conversions.fp16ToFloat(bits.get(i))
                        : Fp16Conversions.bf16ToFloat(bits.get(i));
            }
            return floats;
        }
    }

    /** The same numbers as float16. */
    static Tensor float16(Tensor tensor) {
        float[] floats = tensor.floats();
        ByteBuffer raw = ByteBuffer.allocate(2 * floats.length).order(ByteOrder.nativeOrder());
        for (float value : floats) {
            raw.putShort(Fp16Conversions.floatToFp16(value));
        }
        return new Tensor(new Other(raw.flip().order(ByteOrder.nativeOrder()), OnnxJavaType.FLOAT16), tensor.shape());
    }

    /** Each number as far as float16 holds it. */
    static Tensor rounded(Tensor tensor) {
        return new Tensor(float16(tensor).floats(), tensor.shape());
    }

    static Map<String, Tensor> run(byte[] model, Map<String, Tensor> given) throws OrtException {
        return run(model, null, given);
    }

    /** @param folder where external data lies, or null */
    static Map<String, Tensor> run(byte[] model, Path folder, Map<String, Tensor> given) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            if (folder != null) {
                options.addConfigEntry("session.model_external_initializers_file_folder_path", folder.toString());
            }
            try (OrtSession session = environment.createSession(model, options)) {
                return run(environment, session, given);
            }
        }
    }

    static Map<String, Tensor> run(Path file, Map<String, Tensor> given) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = environment.createSession(file.toString(), options)) {
            return run(environment, session, given);
        }
    }

    private static Map<String, Tensor> run(OrtEnvironment environment, OrtSession session, Map<String, Tensor> given)
            throws OrtException {
        Map<String, OnnxTensor> inputs = new HashMap<>();
        try {
            for (String name : session.getInputNames()) {
                Tensor tensor = given.get(name);
                if (tensor == null) {
                    throw new IllegalStateException("nothing given for " + name + ", only for " + given.keySet());
                }
                inputs.put(name, value(environment, tensor));
            }
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(inputs)) {
                for (Map.Entry<String, ai.onnxruntime.OnnxValue> entry : result) {
                    OnnxTensor tensor = (OnnxTensor) entry.getValue();
                    TensorInfo info = tensor.getInfo();
                    Object data;
                    if (info.type == OnnxJavaType.FLOAT) {
                        float[] floats = new float[tensor.getFloatBuffer().remaining()];
                        tensor.getFloatBuffer().get(floats);
                        data = floats;
                    } else if (info.type == OnnxJavaType.INT64) {
                        long[] longs = new long[tensor.getLongBuffer().remaining()];
                        tensor.getLongBuffer().get(longs);
                        data = longs;
                    } else {
                        data = new Other(tensor.getByteBuffer(), info.type);
                    }
                    outputs.put(entry.getKey(), new Tensor(data, info.getShape()));
                }
            }
            return outputs;
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor value(OrtEnvironment environment, Tensor tensor) throws OrtException {
        if (tensor.data() instanceof float[] floats) {
            return OnnxTensor.createTensor(environment, FloatBuffer.wrap(floats), tensor.shape());
        }
        if (tensor.data() instanceof long[] longs) {
            return OnnxTensor.createTensor(environment, LongBuffer.wrap(longs), tensor.shape());
        }
        Other other = (Other) tensor.data();
        return switch (other.type()) {
            case FLOAT16, BFLOAT16 ->
                OnnxTensor.createTensor(environment, other.raw().asShortBuffer(), tensor.shape(), other.type());
            case INT32 -> OnnxTensor.createTensor(environment, other.raw().asIntBuffer(), tensor.shape());
            default -> OnnxTensor.createTensor(environment, other.raw().duplicate(), tensor.shape(), other.type());
        };
    }

    /** The largest difference relative to the largest magnitude of what is expected. */
    static double difference(Tensor expected, Tensor found) {
        float[] a = expected.floats();
        float[] b = found.floats();
        if (a.length != b.length) {
            throw new AssertionError(a.length + " elements expected, " + b.length + " found");
        }
        double largest = 1e-30;
        double difference = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i]));
            double d = Math.abs((double) a[i] - b[i]);
            difference = Double.isNaN(d) ? Double.POSITIVE_INFINITY : Math.max(difference, d);
        }
        return difference / largest;
    }
}
