/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.onnxruntime.OrtException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tminus.demo.data.InputTensors;
import org.tminus.demo.report.RowPlan.Part;
import org.tminus.demo.report.SessionSetting;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimeOptions;
import org.tminus.onnxruntime.OnnxRuntimes;

/** On ONNX Runtime itself, with models of a single operator. */
class PlainClassifierTest {

    @TempDir
    Path folder;

    private Part identity = new Part("", "", 0, 0);
    private Part negation = new Part("", "", 0, 0);

    @BeforeEach
    void writeModels() throws IOException {
        identity = model("Identity", 10);
        negation = model("Neg", 30);
    }

    @ParameterizedTest
    @EnumSource(SessionSetting.class)
    void theLargestOutputIsTheAnswer(SessionSetting setting) throws Exception {
        OnnxRuntime runtime = runtime();
        try (PlainInputs inputs = inputs(runtime, new float[][] {{1, 3, 2}, {-1, 4, 9}});
                PlainClassifier classifier = new PlainClassifier(
                        runtime, inputs, "onnxruntime", setting, List.of(weighted(negation, 1)), 1)) {
            assertThat(classifier.classify(0)).isEqualTo(new Classifier.Answer(0, 30, "onnxruntime", false, true, 0));
            assertThat(classifier.classify(1).label()).isZero();
        }
    }

    @Test
    void aMixtureAnswersByEitherModelAndCountsItsFlops() throws Exception {
        OnnxRuntime runtime = runtime();
        float[][] rows = new float[200][];
        java.util.Arrays.fill(rows, new float[] {1, 2, 3});
        int[] answers = new int[3];
        try (PlainInputs inputs = inputs(runtime, rows);
                PlainClassifier classifier = new PlainClassifier(
                        runtime,
                        inputs,
                        "static",
                        SessionSetting.ONE_THREAD,
                        List.of(weighted(identity, 0.5), weighted(negation, 0.5)),
                        1)) {
            for (int image = 0; image < rows.length; image++) {
                Classifier.Answer answer = classifier.classify(image);
                assertThat(answer.flops()).isEqualTo(answer.label() == 2 ? 10 : 30);
                answers[answer.label()]++;
            }
        }
        assertThat(answers[0]).isBetween(60, 140);
        assertThat(answers[2]).isEqualTo(rows.length - answers[0]);
    }

    @Test
    void anAnswerThatIsNotANumberIsNone() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Labels.ofLargest(FloatBuffer.wrap(new float[] {1, Float.NaN})))
                .withMessageContaining("Output 1");
        assertThatIllegalStateException().isThrownBy(() -> Labels.ofLargest(FloatBuffer.allocate(0)));
        assertThat(Labels.ofLargest(FloatBuffer.wrap(new float[] {Float.NEGATIVE_INFINITY, -3, -3})))
                .isEqualTo(1);
    }

    private OnnxRuntime runtime() {
        return OnnxRuntimes.standalone(
                OnnxRuntimeOptions.defaults().withThreads(2).withNativeDirectory(Path.of("target", "native")));
    }

    private static Part weighted(Part part, double weight) {
        return new Part(part.name(), part.file(), part.flops(), weight);
    }

    /** The demo's own file of tensors, written by hand. */
    private PlainInputs inputs(OnnxRuntime runtime, float[][] rows) throws IOException, OrtException {
        byte[] header = "x\t1\t3".getBytes(StandardCharsets.UTF_8);
        ByteBuffer values = ByteBuffer.allocate(rows.length * 3 * Float.BYTES).order(ByteOrder.nativeOrder());
        for (float[] row : rows) {
            values.asFloatBuffer().put(row);
            values.position(values.position() + 3 * Float.BYTES);
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write(ByteBuffer.allocate(Integer.BYTES).putInt(header.length).array());
        content.write(header);
        content.write(values.array());
        Path file = Files.write(folder.resolve("inputs.bin"), content.toByteArray());
        return new PlainInputs(runtime.environment(), InputTensors.read(file, rows.length));
    }

    /** A model of one operator, written by hand in protobuf's wire format. */
    private Part model(String operator, double flops) throws IOException {
        byte[] node = message(text(1, "x"), text(2, "y"), text(4, operator));
        byte[] graph = message(field(1, node), text(2, "one"), field(11, value("x")), field(12, value("y")));
        byte[] model = message(number(1, 8), field(7, graph), field(8, message(number(2, 13))));
        Path file = Files.write(folder.resolve(operator + ".onnx"), model);
        return new Part(operator, file.toString(), flops, 0);
    }

    private static byte[] value(String name) throws IOException {
        byte[] shape = message(field(1, message(number(1, 1))), field(1, message(number(1, 3))));
        byte[] tensor = message(number(1, 1), field(2, shape));
        return message(text(1, name), field(2, message(field(1, tensor))));
    }

    private static byte[] message(byte[]... parts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.write(part);
        }
        return out.toByteArray();
    }

    private static byte[] number(int field, int value) {
        return new byte[] {(byte) (field << 3), (byte) value};
    }

    private static byte[] text(int field, String value) throws IOException {
        return field(field, value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] field(int field, byte[] content) throws IOException {
        return message(new byte[] {(byte) (field << 3 | 2), (byte) content.length}, content);
    }
}
