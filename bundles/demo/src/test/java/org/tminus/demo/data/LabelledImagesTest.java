/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledImagesTest {
    private static final int IMAGES = 0x0803;
    private static final int LABELS = 0x0801;

    @TempDir
    Path folder;

    @Test
    void imagesAndLabelsAreRead() throws IOException {
        writeImages(idx(IMAGES, new int[] {2, 2, 3}, 12));
        writeLabels(idx(LABELS, new int[] {2}, 2));

        LabelledImages images = LabelledImages.read(folder);

        assertThat(images.count()).isEqualTo(2);
        assertThat(images.label(1)).isEqualTo(1);
        assertThat(images.image(1).width()).isEqualTo(3);
        assertThat(images.image(1).height()).isEqualTo(2);
        assertThat(images.image(1).pixels()).contains(ByteBuffer.wrap(new byte[] {6, 7, 8, 9, 10, 11}));
    }

    @Test
    void theDemosOwnDataIsComplete() throws IOException {
        LabelledImages images = LabelledImages.read(Path.of("..", "..", "models", "data", "fashion-mnist"));

        int[] perClass = new int[10];
        for (int image = 0; image < images.count(); image++) {
            perClass[images.label(image)]++;
        }
        assertThat(perClass).containsOnly(1000);
        assertThat(images.image(9999).width()).isEqualTo(28);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatIOException()
                .isThrownBy(() -> LabelledImages.read(folder))
                .withMessageContaining("t10k-images-idx3-ubyte.gz");
    }

    @Test
    void aFileOfAnotherFormatIsRefused() throws IOException {
        writeImages(idx(LABELS, new int[] {2}, 2));

        assertThatIOException()
                .isThrownBy(() -> LabelledImages.read(folder))
                .withMessageContaining("begins with 0x00000801");
    }

    @Test
    void aFileThatIsNotCompressedIsRefused() throws IOException {
        Files.write(folder.resolve("t10k-images-idx3-ubyte.gz"), new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});

        assertThatIOException().isThrownBy(() -> LabelledImages.read(folder)).withMessageContaining("GZIP");
    }

    @Test
    void aFileCutShortIsRefused() throws IOException {
        writeImages(idx(IMAGES, new int[] {2, 2, 3}, 11));

        assertThatIOException().isThrownBy(() -> LabelledImages.read(folder)).withMessageContaining("cut short");
    }

    @Test
    void aFileWithMoreThanItSaysIsRefused() throws IOException {
        writeImages(idx(IMAGES, new int[] {2, 2, 3}, 13));

        assertThatIOException().isThrownBy(() -> LabelledImages.read(folder)).withMessageContaining("more values");
    }

    @Test
    void hugeOrNegativeDimensionsAreRefusedAtOnce() throws IOException {
        writeImages(idx(IMAGES, new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE}, 0));
        assertThatIOException().isThrownBy(() -> LabelledImages.read(folder)).withMessageContaining("more than");

        writeImages(idx(IMAGES, new int[] {2, -1, 3}, 0));
        assertThatIOException()
                .isThrownBy(() -> LabelledImages.read(folder))
                .withMessageContaining("dimension 1 is -1");
    }

    @Test
    void imagesAndLabelsMustBelongTogether() throws IOException {
        writeImages(idx(IMAGES, new int[] {2, 2, 3}, 12));
        writeLabels(idx(LABELS, new int[] {3}, 3));

        assertThatIOException()
                .isThrownBy(() -> LabelledImages.read(folder))
                .withMessageContaining("2 images, but 3 labels");
    }

    private void writeImages(byte[] content) throws IOException {
        write("t10k-images-idx3-ubyte.gz", content);
    }

    private void writeLabels(byte[] content) throws IOException {
        write("t10k-labels-idx1-ubyte.gz", content);
    }

    private void write(String name, byte[] content) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            out.write(content);
        }
    }

    /** Values count up from 0. */
    private static byte[] idx(int magic, int[] dimensions, int values) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(magic);
            for (int dimension : dimensions) {
                out.writeInt(dimension);
            }
            for (int value = 0; value < values; value++) {
                out.writeByte(value);
            }
        }
        return bytes.toByteArray();
    }
}
