/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class InspectCommandTest {

    private static byte[] encoder = {};

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void readEncoder() throws IOException {
        try (InputStream in = InspectCommandTest.class.getResourceAsStream("/all-minilm-l6-v2.onnx")) {
            encoder = Objects.requireNonNull(in).readAllBytes();
        }
    }

    private int run(Object... arguments) {
        String[] texts = new String[arguments.length + 1];
        texts[0] = "inspect";
        for (int i = 0; i < arguments.length; i++) {
            texts[i + 1] = String.valueOf(arguments[i]);
        }
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return commandLine.execute(texts);
    }

    private Path file(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    @Test
    void showsTheLayersOfAnEncoder() throws IOException {
        Path json = folder.resolve("deep/findings.json");

        int status = run(file("encoder.onnx", encoder), "--json", json, "--length", 64);

        assertThat(status).isZero();
        assertThat(out.toString())
                .contains("input_ids: int64")
                .contains("layer.0", "layer.5", "stem", "exit", "whole model")
                .contains("6 of 6 layers can be skipped")
                .contains("figures are for length 64")
                .doesNotContain("null");
        JsonNode findings = new ObjectMapper().readTree(json.toFile());
        assertThat(findings.path("skippableLayers").asInt()).isEqualTo(6);
        assertThat(findings.path("savedAtBest").asDouble()).isBetween(0.8, 1.0);
        double whole = findings.path("total").path("flops").asDouble();
        double parts = 0;
        for (JsonNode part : findings.path("parts")) {
            parts += part.path("cost").path("flops").asDouble();
        }
        assertThat(parts).isBetween(0.999 * whole, 1.001 * whole);
        assertThat(findings.path("length").asInt()).isEqualTo(64);
    }

    @Test
    void showsTheLayersOfAQuantisedEncoder() throws IOException {
        byte[] quantised;
        try (InputStream in = InspectCommandTest.class.getResourceAsStream("/all-minilm-l6-v2-q.onnx")) {
            quantised = Objects.requireNonNull(in).readAllBytes();
        }
        Path json = folder.resolve("findings.json");

        int status = run(file("quantised.onnx", quantised), "--json", json, "--length", 64);

        assertThat(status).isZero();
        assertThat(out.toString())
                .contains("numbers  quantised; weights 11.4 MiB uint8, 10.1 MiB int8, ", "KiB float32")
                .contains("6 of 6 layers can be skipped")
                .doesNotContain("null", "Note:");
        JsonNode findings = new ObjectMapper().readTree(json.toFile());
        assertThat(findings.path("precision").asText()).isEqualTo("quantised");
        assertThat(findings.path("weightBytesByType").path("int8").asLong()
                        + findings.path("weightBytesByType").path("uint8").asLong())
                .isBetween(22_000_000L, 23_000_000L);
        assertThat(findings.path("total").path("weightBytes").asLong()).isBetween(22_000_000L, 24_000_000L);
    }

    @Test
    void saysWhyNothingCanBeSkipped() throws IOException {
        int status = run(file("negation.onnx", SmallModel.negation()));

        assertThat(status).isZero();
        assertThat(out.toString()).contains("Nothing can be skipped: ").contains("x: float32 [1]");
    }

    @Test
    void refusesWhatIsNoModelInOneSentence() throws IOException {
        byte[] noise = new byte[100_000];
        new Random(7).nextBytes(noise);
        for (Path bad : new Path[] {
            folder.resolve("missing.onnx"),
            Files.createDirectory(folder.resolve("folder.onnx")),
            file("empty.onnx", new byte[0]),
            file("text.onnx", "this is no model\n".getBytes(StandardCharsets.UTF_8)),
            file("noise.onnx", noise)
        }) {
            refuses(bad);
        }
    }

    @Test
    void refusesTruncatedModels() throws IOException {
        for (int cut : new int[] {10, 1000, encoder.length / 2, encoder.length - 1}) {
            byte[] part = new byte[cut];
            System.arraycopy(encoder, 0, part, 0, cut);
            refuses(file("cut-" + cut + ".onnx", part));
        }
    }

    private void refuses(Path bad) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);

        int status = Assertions.assertTimeout(Duration.ofSeconds(20), () -> run(bad));

        assertThat(status).as(bad.toString()).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).startsWith("tminus: " + bad).contains("cannot be used");
        assertThat(err.toString().strip().lines())
                .as("one line, no stack trace")
                .hasSize(1);
    }

    @Test
    void refusesALengthOutOfRange() throws IOException {
        assertThat(run(file("encoder.onnx", encoder), "--length", 0)).isEqualTo(2);
        assertThat(err.toString()).contains("--length must be between 1 and");
    }

    @Test
    void failsIfTheFindingsCannotBeWritten() throws IOException {
        assertThat(run(file("negation.onnx", SmallModel.negation()), "--json", folder))
                .isEqualTo(1);
        assertThat(err.toString()).contains("is a folder");
    }

    /** y = -x, written by hand in protobuf's wire format. */
    private static final class SmallModel {
        static byte[] negation() throws IOException {
            byte[] node = message(text(1, "x"), text(2, "y"), text(4, "Neg"));
            byte[] graph = message(field(1, node), text(2, "negation"), field(11, value("x")), field(12, value("y")));
            return message(number(1, 8), field(7, graph), field(8, message(number(2, 13))));
        }

        private static byte[] value(String name) throws IOException {
            byte[] shape = message(field(1, message(number(1, 1))));
            byte[] tensor = message(number(1, 1), field(2, shape));
            return message(text(1, name), field(2, message(field(1, tensor))));
        }

        private static byte[] message(byte[]... parts) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (byte[] part : parts) {
                bytes.write(part);
            }
            return bytes.toByteArray();
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
}
