/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxRuntimesTest {

    @Test
    void givesOneEnvironmentThatRunsModels(@TempDir Path directory) throws Exception {
        OnnxRuntimeOptions options =
                OnnxRuntimeOptions.defaults().withThreads(2).withNativeDirectory(directory);

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

    /** The smallest useful model, y = -x, written by hand in protobuf's wire format. */
    private static byte[] negation() throws IOException {
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
