/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tminus.backend.BackendSession;
import org.tminus.backend.RunControls;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.TensorSpec;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** The models of the repository, at full depth, as ONNX Runtime answers; and along their menus without an error. */
class ReferenceModelsTest {
    private static final int ROWS = 3;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"fashion-vit", "pointer-chase", "signposts"})
    void answersAsOnnxRuntime(String name) throws Exception {
        Path file = Path.of(System.getProperty("tminus.models")).resolve(name + ".tminus");
        assumeThat(file).exists();
        try (ModelPackage opened = ModelPackage.open(file)) {
            AdaptiveModel model = opened.extract(folder);
            TensorSpec input = model.signature().inputs().get(0);
            HostTensor given = sample(input);
            float[] expected = expected(model, input, given);
            try (BackendSession session = new JavaBackend().open(model)) {
                for (var path : model.menu()) {
                    session.run(path, Map.of(input.name(), given), RunControls.forOutputs("logits"));
                }
                var answer = session.run(
                                model.fullDepth(), Map.of(input.name(), given), RunControls.forOutputs("logits"))
                        .get("logits")
                        .buffer()
                        .asFloatBuffer();
                float[] actual = new float[answer.remaining()];
                answer.get(actual);
                assertThat(actual).hasSameSizeAs(expected);
                for (int index = 0; index < actual.length; index++) {
                    assertThat(actual[index]).isEqualTo(expected[index], within(1e-4f));
                }
            }
        }
    }

    private static HostTensor sample(TensorSpec input) {
        Random random = new Random(1);
        long[] sizes = input.dimensions().stream().mapToLong(Long::longValue).toArray();
        sizes[0] = ROWS;
        HostTensor tensor = HostTensor.allocate(input.elementType(), Shape.of(sizes));
        var buffer = tensor.writableBuffer();
        while (buffer.hasRemaining()) {
            if (input.elementType().equals(ElementType.FLOAT32)) {
                buffer.putFloat((float) random.nextGaussian());
            } else {
                buffer.putLong(random.nextInt(8));
            }
        }
        return tensor;
    }

    private static float[] expected(AdaptiveModel model, TensorSpec input, HostTensor given) throws Exception {
        OnnxRuntime runtime = OnnxRuntimes.standalone();
        long[] shape = given.shape().toArray();
        try (OrtSession.SessionOptions options = runtime.newSessionOptions();
                OrtSession session = runtime.environment()
                        .createSession(model.file("model.onnx").orElseThrow().toString(), options);
                OnnxTensor value = given.elementType().equals(ElementType.FLOAT32)
                        ? OnnxTensor.createTensor(
                                runtime.environment(), given.buffer().asFloatBuffer(), shape)
                        : OnnxTensor.createTensor(
                                runtime.environment(), given.buffer().asLongBuffer(), shape);
                OrtSession.Result result = session.run(Map.of(input.name(), value))) {
            var logits = ((OnnxTensor) result.get("logits").orElseThrow()).getFloatBuffer();
            float[] copy = new float[logits.remaining()];
            logits.get(copy);
            return copy;
        }
    }
}
