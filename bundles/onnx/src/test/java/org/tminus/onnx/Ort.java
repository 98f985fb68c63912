/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs models with ONNX Runtime, optimisation off, so that differences come from the graph alone. */
final class Ort {
    private Ort() {}

    /** A tensor on the heap: floats or longs. */
    record Tensor(Object data, long[] shape) {
        float[] floats() {
            return (float[]) data;
        }
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
                inputs.put(
                        name,
                        tensor.data() instanceof float[] floats
                                ? OnnxTensor.createTensor(environment, FloatBuffer.wrap(floats), tensor.shape())
                                : OnnxTensor.createTensor(
                                        environment, LongBuffer.wrap((long[]) tensor.data()), tensor.shape()));
            }
            Map<String, Tensor> outputs = new LinkedHashMap<>();
            try (OrtSession.Result result = session.run(inputs)) {
                for (Map.Entry<String, ai.onnxruntime.OnnxValue> entry : result) {
                    OnnxTensor tensor = (OnnxTensor) entry.getValue();
                    TensorInfo info = tensor.getInfo();
                    Object data;
                    if (info.type == ai.onnxruntime.OnnxJavaType.FLOAT) {
                        float[] floats = new float[tensor.getFloatBuffer().remaining()];
                        tensor.getFloatBuffer().get(floats);
                        data = floats;
                    } else {
                        long[] longs = new long[tensor.getLongBuffer().remaining()];
                        tensor.getLongBuffer().get(longs);
                        data = longs;
                    }
                    outputs.put(entry.getKey(), new Tensor(data, info.getShape()));
                }
            }
            return outputs;
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
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
