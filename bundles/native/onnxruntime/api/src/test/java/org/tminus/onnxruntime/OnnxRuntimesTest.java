/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OnnxRuntimesTest {
    /** Elements of a page. */
    private static final int PAGE = 1024;

    private static final int SIZE = 64;

    /** Those of the process, whichever test comes first. */
    private static final OnnxRuntimeOptions OPTIONS =
            OnnxRuntimeOptions.defaults().withThreads(2);

    @Test
    void givesOneEnvironmentThatRunsModels(@TempDir Path directory) throws Exception {
        OnnxRuntimeOptions options = OPTIONS.withNativeDirectory(directory);

        OnnxRuntime runtime = OnnxRuntimes.standalone(options);

        assertThat(runtime.version()).isNotBlank();
        assertThat(runtime.threads()).isEqualTo(2);
        assertThat(OnnxRuntimes.standalone()).isSameAs(runtime);
        assertThat(OnnxRuntimes.standalone(options)).isSameAs(runtime);
        assertThat(System.getProperty("onnxruntime.native.path")).isNull();
        assertThatIllegalStateException()
                .isThrownBy(() -> OnnxRuntimes.standalone(options.withThreads(3)))
                .withMessageContaining("2 threads, not spinning");

        try (OrtSession.SessionOptions sessionOptions = runtime.newSessionOptions();
                OrtSession session = runtime.environment().createSession(negation(), sessionOptions);
                OnnxTensor input = OnnxTensor.createTensor(
                        runtime.environment(), FloatBuffer.wrap(new float[] {1.5f}), new long[] {1});
                OrtSession.Result result = session.run(Map.of("x", input))) {
            assertThat((float[]) result.get(0).getValue()).containsExactly(-1.5f);
        }
    }

    @Test
    void refusesThreadsOutOfRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OnnxRuntimeOptions.defaults().withThreads(-1))
                .withMessageContaining("-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OnnxRuntimeOptions.defaults().withThreads(OnnxRuntimeOptions.MAX_THREADS + 1));
        assertThat(OnnxRuntimeOptions.defaults().threads())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void sessionsShareMappedWeights(@TempDir Path folder) throws Exception {
        OnnxRuntime runtime = OnnxRuntimes.standalone(OPTIONS);
        Path file = folder.resolve("weights");
        ByteBuffer numbers = ByteBuffer.allocate(4 * (PAGE + SIZE * SIZE)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < SIZE; i++) {
            numbers.putFloat(4 * (PAGE + i * SIZE + i), i);
        }
        Files.write(file, numbers.array());
        MappedWeight weight = new MappedWeight(
                "w", file, 4L * PAGE, 4L * SIZE * SIZE, OnnxJavaType.FLOAT, List.of((long) SIZE, (long) SIZE));
        float[] ones = new float[SIZE];
        Arrays.fill(ones, 1);

        SharedWeights weights = runtime.newSharedWeights();
        assertThat(weights.isHeldOnce()).isTrue();
        try (OrtSession.SessionOptions first = runtime.newSessionOptions();
                OrtSession.SessionOptions second = runtime.newSessionOptions();
                OrtSession.SessionOptions third = runtime.newSessionOptions();
                OrtSession one = weights.newSession(product(), first, List.of(weight));
                OrtSession other = weights.newSession(product(), second, List.of(weight));
                OnnxTensor input =
                        OnnxTensor.createTensor(runtime.environment(), FloatBuffer.wrap(ones), new long[] {1, SIZE})) {
            for (OrtSession session : List.of(one, other, one)) {
                try (OrtSession.Result result = session.run(Map.of("x", input))) {
                    float[][] answer = (float[][]) result.get(0).getValue();
                    assertThat(answer[0]).startsWith(0, 1, 2, 3).endsWith(SIZE - 1);
                }
                weights.unload();
            }
            assertThatThrownBy(() -> weights.newSession(new byte[] {1}, third, List.of()))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("pars");
            MappedWeight beyond =
                    new MappedWeight("w", file, 4L * PAGE + 4, 4L * SIZE * SIZE, weight.type(), weight.shape());
            assertThatThrownBy(() -> weights.newSession(product(), third, List.of(beyond)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("beyond the end");
        }
        weights.close();
        weights.close();
        try (OrtSession.SessionOptions options = runtime.newSessionOptions()) {
            assertThatIllegalStateException().isThrownBy(() -> weights.newSession(product(), options, List.of(weight)));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void givesBackWhatALargeRunTook() throws Exception {
        OnnxRuntime runtime = OnnxRuntimes.standalone(OPTIONS);
        int numbers = 1 << 25;
        try (OrtSession.SessionOptions options = runtime.newSessionOptions();
                OrtSession session = runtime.environment().createSession(negation(message(text(2, "n"))), options);
                OnnxTensor input = OnnxTensor.createTensor(
                        runtime.environment(),
                        ByteBuffer.allocateDirect(4 * numbers)
                                .order(ByteOrder.nativeOrder())
                                .asFloatBuffer(),
                        new long[] {numbers});
                OnnxTensor small = OnnxTensor.createTensor(
                        runtime.environment(), FloatBuffer.wrap(new float[] {1}), new long[] {1});
                OrtSession.RunOptions shrinking = new OrtSession.RunOptions()) {
            session.run(Map.of("x", input)).close();
            long kept = resident();
            runtime.shrinkArena();
            assertThat(kept - resident()).isGreaterThan(2L * numbers);
            session.run(Map.of("x", input)).close();
            assertThat(kept - resident()).isLessThan(2L * numbers);
            runtime.shrinkArenaAfter(shrinking);
            session.run(Map.of("x", small), shrinking).close();
            assertThat(kept - resident()).isGreaterThan(2L * numbers);
        }
    }

    /** Bytes of this process that are in memory. */
    private static long resident() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
                .filter(entry -> entry.startsWith("Rss:"))
                .findFirst()
                .orElseThrow();
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
    }

    /** y = x times w, where w is given with the session. */
    private static byte[] product() throws IOException {
        byte[] node = message(text(1, "x"), text(1, "w"), text(2, "y"), text(4, "MatMul"));
        byte[] lies = message(text(1, "location"), text(2, "nowhere"));
        byte[] weight =
                message(number(1, SIZE), number(1, SIZE), number(2, 1), text(8, "w"), field(13, lies), number(14, 1));
        byte[] graph =
                message(field(1, node), text(2, "p"), field(5, weight), field(11, matrix("x")), field(12, matrix("y")));
        return message(number(1, 8), field(7, graph), field(8, message(number(2, 13))));
    }

    private static byte[] matrix(String name) throws IOException {
        byte[] shape = message(field(1, message(number(1, 1))), field(1, message(number(1, SIZE))));
        byte[] tensor = message(number(1, 1), field(2, shape));
        return message(text(1, name), field(2, message(field(1, tensor))));
    }

    /** The smallest useful model, y = -x, written by hand in protobuf's wire format. */
    private static byte[] negation() throws IOException {
        return negation(message(number(1, 1)));
    }

    private static byte[] negation(byte[] dimension) throws IOException {
        byte[] node = message(text(1, "x"), text(2, "y"), text(4, "Neg"));
        byte[] graph = message(
                field(1, node),
                text(2, "negation"),
                field(11, value("x", dimension)),
                field(12, value("y", dimension)));
        return message(number(1, 8), field(7, graph), field(8, message(number(2, 13))));
    }

    private static byte[] value(String name, byte[] dimension) throws IOException {
        byte[] shape = message(field(1, dimension));
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
