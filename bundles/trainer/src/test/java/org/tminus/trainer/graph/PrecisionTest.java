/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Split;
import org.tminus.onnx.OnnxModel;

class PrecisionTest {
    @TempDir
    Path folder;

    private static List<Trainable> trainables() {
        return List.of(Trainable.all(), Trainable.lowRank(2));
    }

    @ParameterizedTest
    @MethodSource("trainables")
    void gradientsPointTheSameWay(Trainable trainable) throws Exception {
        float[] exact = gradients(trainable, Precision.FLOAT32);
        float[] rounded = gradients(trainable, Precision.BFLOAT16);

        assertThat(rounded).isNotEqualTo(exact);
        assertThat(cosine(exact, rounded)).isGreaterThan(0.99);
    }

    private static float[] gradients(Trainable trainable, Precision precision) throws Exception {
        OnnxModel model = Classifier.attach(TinyBert.build(3), Pooling.MEAN, 2, 4);
        Examples data = Sentences.data(32, 8, true).open(Split.TRUNK);
        GraphOptions options =
                GraphOptions.of(1, 32, 5).withTrainable(trainable).withPrecision(precision);
        try (Network network = new Network(model, true, null, 5)) {
            Layout layout = new Layout(network, trainable);
            float[] weights = layout.initial(5);
            float[] found = new float[layout.size()];
            try (GraphShards shards = new GraphShards(network, layout, Objective.CLASSES, options)) {
                int[] rows = new int[32];
                Arrays.setAll(rows, row -> row);
                shards.gradients(weights, rows, data, null, new PathPlan(List.of(1, 2), List.of(0, 2)), found);
            }
            return found;
        }
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double ofA = 0;
        double ofB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            ofA += (double) a[i] * a[i];
            ofB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(ofA * ofB);
    }

    @Test
    void answersOfAModelAreFloat32() throws Exception {
        assertThat(answers(Precision.BFLOAT16)).isDeepEqualTo(answers(Precision.FLOAT32));
    }

    /** After a training step, so that its precision would be found if it stayed. */
    private static float[][] answers(Precision precision) throws Exception {
        OnnxModel model = Classifier.attach(TinyBert.build(3), Pooling.MEAN, 2, 4);
        Examples data = Sentences.data(32, 8, true).open(Split.TRUNK);
        GraphOptions options = GraphOptions.of(1, 32, 5).withPrecision(precision);
        try (Network network = new Network(model, true, null, 5)) {
            Layout layout = new Layout(network, options.trainable());
            float[] weights = layout.initial(5);
            try (GraphShards shards = new GraphShards(network, layout, Objective.CLASSES, options)) {
                PathPlan plan = new PathPlan(List.of(1, 2), List.of(0, 2));
                shards.gradients(weights, new int[] {0, 1}, data, null, plan, new float[layout.size()]);
                return shards.forward(weights, data, true);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flags\t\t: fpu avx512f avx512_bf16 sse",
                "flags\t\t: fpu amx_bf16 amx_tile",
                "Features\t: fp asimd bf16",
                "nothing that says so"
            })
    void doesNotComplainWhereItIsFastOrNobodyKnows(String line) throws IOException {
        assertThat(Precision.lacksBfloat16(processor(line))).isFalse();
        assertThat(Precision.lacksBfloat16(folder.resolve("missing"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"flags\t\t: fpu avx512f sse", "Features\t: fp asimd"})
    void knowsAProcessorWithoutInstructionsForIt(String line) throws IOException {
        assertThat(Precision.lacksBfloat16(processor(line))).isTrue();
    }

    private Path processor(String line) throws IOException {
        return Files.writeString(folder.resolve("cpuinfo"), "processor\t: 0\n" + line + "\nprocessor\t: 1\n");
    }
}
