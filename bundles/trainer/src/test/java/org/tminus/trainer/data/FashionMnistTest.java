/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FashionMnistTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeFiles() throws IOException {
        write("train-images-idx3-ubyte", images(3));
        write("train-labels-idx1-ubyte", labels(3));
        write("t10k-images-idx3-ubyte", images(2));
        write("t10k-labels-idx1-ubyte", labels(2));
    }

    @Test
    void readsZippedAndPlainFiles() throws IOException {
        Files.delete(folder.resolve("t10k-labels-idx1-ubyte.gz"));
        Files.write(folder.resolve("t10k-labels-idx1-ubyte"), labels(2));
        FashionMnist data = FashionMnist.load(folder);
        assertThat(data.train().size()).isEqualTo(3);
        assertThat(data.test().size()).isEqualTo(2);
        byte[] image = new byte[12];
        data.train().copyPixels(1, image, 0);
        assertThat(image).startsWith((byte) 12, (byte) 13);
        assertThat(data.train().label(2)).isEqualTo(2);
    }

    @Test
    void saysWhichFileIsMissing() throws IOException {
        Files.delete(folder.resolve("train-images-idx3-ubyte.gz"));
        assertThatThrownBy(() -> FashionMnist.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("train-images-idx3-ubyte.gz")
                .hasMessageContaining("dataset-fashion-mnist");
    }

    @Test
    void refusesATruncatedFile() throws IOException {
        byte[] whole = images(3);
        write("train-images-idx3-ubyte", Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(() -> FashionMnist.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ends early");
    }

    @Test
    void refusesAnotherKindOfFile() throws IOException {
        write("train-images-idx3-ubyte", labels(3));
        assertThatThrownBy(() -> FashionMnist.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no idx file");
    }

    @Test
    void refusesImagesAndLabelsThatDoNotFit() throws IOException {
        write("train-labels-idx1-ubyte", labels(4));
        assertThatThrownBy(() -> FashionMnist.load(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("4 labels");
    }

    private void write(String name, byte[] content) throws IOException {
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name + ".gz")))) {
            out.write(content);
        }
    }

    private static byte[] images(int count) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0x803);
        out.writeInt(count);
        out.writeInt(3);
        out.writeInt(4);
        for (int i = 0; i < count * 12; i++) {
            out.writeByte(i);
        }
        return bytes.toByteArray();
    }

    private static byte[] labels(int count) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0x801);
        out.writeInt(count);
        for (int i = 0; i < count; i++) {
            out.writeByte(i);
        }
        return bytes.toByteArray();
    }
}
