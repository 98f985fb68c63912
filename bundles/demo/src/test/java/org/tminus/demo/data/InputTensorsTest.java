/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Version;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.ModelSignature;
import org.tminus.model.Preprocessing;
import org.tminus.model.RawInput;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

class InputTensorsTest {
    private static final int COUNT = 1203;

    @TempDir
    Path folder;

    @BeforeEach
    void writeImages() throws IOException {
        byte[] pixels = new byte[COUNT * 2];
        for (int index = 0; index < pixels.length; index++) {
            pixels[index] = (byte) (index * 7);
        }
        write("t10k-images-idx3-ubyte.gz", new int[] {0x0803, COUNT, 2, 1}, pixels);
        write("t10k-labels-idx1-ubyte.gz", new int[] {0x0801, COUNT}, new byte[COUNT]);
    }

    @Test
    void everyImageBecomesATensorOfItsOwn() throws Exception {
        InputTensors inputs = InputTensors.prepare(model(Optional.of(new Doubling())), images(), COUNT);

        assertThat(inputs.name()).isEqualTo("pixels");
        assertThat(inputs.count()).isEqualTo(COUNT);
        assertThat(inputs.rowShape()).isEqualTo(Shape.of(1, 1, 2, 1));
        for (int image : new int[] {0, 499, 500, 1202}) {
            assertThat(values(inputs, image)).containsExactly(expected(2 * image), expected(2 * image + 1));
        }
        assertThat(inputs.tensor(500).buffer().asFloatBuffer().get(1)).isEqualTo(expected(1001));
    }

    @Test
    void anotherProcessReadsTheSameTensors() throws Exception {
        InputTensors inputs = InputTensors.prepare(model(Optional.of(new Doubling())), images(), COUNT);
        Path file = folder.resolve("inputs.bin");

        inputs.write(file, 10);
        InputTensors read = InputTensors.read(file, 10);

        assertThat(read.name()).isEqualTo("pixels");
        assertThat(read.rowShape()).isEqualTo(inputs.rowShape());
        assertThat(values(read, 9)).isEqualTo(values(inputs, 9));
        assertThatIOException().isThrownBy(() -> InputTensors.read(file, 11)).withMessageContaining("cut short");
    }

    @Test
    void aDamagedFileIsRefused() throws IOException {
        Path file = Files.write(folder.resolve("inputs.bin"), new byte[] {0, 0, 0, 2, 'x', '\t', 0, 0});

        assertThatIOException().isThrownBy(() -> InputTensors.read(file, 1)).withMessageContaining("inputs.bin");
    }

    @Test
    void aModelWithoutPreprocessingIsRefused() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> InputTensors.prepare(model(Optional.empty()), images(), 1))
                .withMessageContaining("no preprocessing");
    }

    private static float expected(int pixel) {
        return 2 * ((byte) (pixel * 7) & 0xff);
    }

    private static float[] values(InputTensors inputs, int image) {
        FloatBuffer buffer = inputs.floats(image);
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    private LabelledImages images() throws IOException {
        return LabelledImages.read(folder);
    }

    private void write(String name, int[] header, byte[] values) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(header.length * Integer.BYTES);
        for (int number : header) {
            start.putInt(number);
        }
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            out.write(start.array());
            out.write(values);
        }
    }

    private static AdaptiveModel model(Optional<Preprocessing> preprocessing) {
        AdaptiveModelBuilder builder = new AdaptiveModelBuilder("doubling", new Version(1, 0, 0))
                .signature(new ModelSignature(
                        List.of(new TensorSpec("pixels", ElementType.FLOAT32, List.of(TensorSpec.ANY, 1L, 2L, 1L))),
                        List.of(new TensorSpec("logits", ElementType.FLOAT32, List.of(TensorSpec.ANY, 2L))),
                        Optional.empty()))
                .hidden(new HiddenState(ElementType.FLOAT32, 1, 1, "first"))
                .exit(ExitId.FINAL, Optional.empty(), "model.onnx", "stem", Map.of("logits", "logits"), Cost.ZERO);
        preprocessing.ifPresent(builder::preprocessing);
        return builder.build();
    }

    private static final class Doubling implements Preprocessing {
        @Override
        public String kind() {
            return "image";
        }

        @Override
        public Map<String, Tensor> apply(List<RawInput> batch) {
            HostTensor tensor = HostTensor.allocate(ElementType.FLOAT32, Shape.of(batch.size(), 1, 2, 1));
            FloatBuffer values = tensor.writableBuffer().asFloatBuffer();
            for (RawInput image : batch) {
                ByteBuffer pixels = image.pixels().orElseThrow();
                while (pixels.hasRemaining()) {
                    values.put(2 * (pixels.get() & 0xff));
                }
            }
            return Map.of("pixels", tensor);
        }
    }
}
