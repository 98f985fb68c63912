/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.model.ModelSignature;
import org.tminus.model.RawInput;
import org.tminus.shell.internal.report.CommandFailure;
import org.tminus.shell.internal.report.Fixtures;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

class InputFilesTest {
    @TempDir
    Path directory;

    @Test
    void theChosenImageOfAnIdxFileIsRead() throws Exception {
        byte[] idx = idx(2, 2, 3);

        assertThat(bytes(ImageFile.read(write("a", idx), 1, 1))).containsExactly(6, 7, 8, 9, 10, 11);
        assertThat(bytes(ImageFile.read(write("a.gz", gzip(idx)), 0, 0))).containsExactly(0, 1, 2, 3, 4, 5);
        RawInput image = ImageFile.read(write("a", idx), 1, 0);
        assertThat(List.of(image.width(), image.height(), image.channels())).containsExactly(3, 2, 1);
        refused(idx, 2, "2 images");
        refused(Arrays.copyOf(idx, idx.length - 7), 1, "too early");
    }

    @Test
    void netPbmIsRead() throws Exception {
        Path grey = write("a.pgm", "P5 # a comment\n2 1\n255\n\u0001\u007f".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(bytes(ImageFile.read(grey, 0, 1))).containsExactly(1, 127);
        assertThat(bytes(ImageFile.read(grey, 0, 3))).containsExactly(1, 1, 1, 127, 127, 127);
        Path text = write("b.pgm", "P2\n2 1\n15\n15 5\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(bytes(ImageFile.read(text, 0, 1))).containsExactly((byte) 255, 85);
        Path colour = write("a.ppm", "P3 1 1 255 100 0 0".getBytes(StandardCharsets.US_ASCII));
        assertThat(bytes(ImageFile.read(colour, 0, 1))).containsExactly(30);
        refused("P5 2 x 255 ".getBytes(StandardCharsets.US_ASCII), 0, "'x'");
        refused("P5 99999999 1 255 ".getBytes(StandardCharsets.US_ASCII), 0, "too large");
        refused("P5 2 2 255 \1".getBytes(StandardCharsets.US_ASCII), 0, "too early");
    }

    @Test
    void pngIsRead() throws Exception {
        BufferedImage grey = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster().setSample(1, 0, 0, 77);
        assertThat(bytes(ImageFile.read(png(grey), 0, 1))).containsExactly(0, 77);
        BufferedImage colour = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        colour.setRGB(0, 0, 0x010203);
        assertThat(bytes(ImageFile.read(png(colour), 0, 3))).containsExactly(1, 2, 3);
        refused("this is no image".getBytes(StandardCharsets.US_ASCII), 0, "not known");
        assertThatThrownBy(() -> ImageFile.read(directory.resolve("absent"), 0, 0))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("no file");
    }

    @Test
    void imagesThatClaimToBeHugeAreRefusedBeforeMemoryIsTaken() throws Exception {
        refused("P2 16384 16384 255 ".getBytes(StandardCharsets.US_ASCII), 0, "268435456 pixels");
        byte[] png = Files.readAllBytes(png(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB)));
        // Width and height follow the signature, the length and the name of the first chunk.
        ByteBuffer.wrap(png).putInt(16, 16_000).putInt(20, 16_000);
        refused(png, 0, "256000000 pixels");
        ByteBuffer.wrap(png).putInt(16, 1 << 30);
        refused(png, 0, "image side");
        refused(Arrays.copyOf(png, 30), 0, "");
    }

    @Test
    void tensorsAreReadInTheTypesOfTheModel() throws Exception {
        Map<String, HostTensor> tensors = json("{\"x\": [[1, 2.5], [3, -4e1]], \"ids\": [7]}");

        assertThat(tensors.get("x").shape()).isEqualTo(Shape.of(2, 2));
        float[] values = new float[4];
        tensors.get("x").buffer().asFloatBuffer().get(values);
        assertThat(values).containsExactly(1, 2.5f, 3, -40);
        assertThat(tensors.get("ids").buffer().getLong()).isEqualTo(7);
        assertThat(json("{\"x\": []}").get("x").shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void badTensorFilesAreRefusedInWords() {
        badJson("{\"y\": [1]}", "no input 'y'");
        badJson("{\"x\": [[1, 2], [3]]}", "differ in length");
        badJson("{\"x\": [[1, \"two\"]]}", "where a number should be");
        badJson("{\"ids\": [1.5]}", "int64");
        badJson("[1, 2]", "no object");
        badJson("{", "cannot be read");
        badJson("{\"x\": " + "[".repeat(20) + "1" + "]".repeat(20) + "}", "'x'");
    }

    private void badJson(String text, String reason) {
        assertThatThrownBy(() -> json(text)).isInstanceOf(CommandFailure.class).hasMessageContaining(reason);
    }

    private Map<String, HostTensor> json(String text) throws Exception {
        ModelSignature signature = Fixtures.model("pets").signature();
        return TensorFile.read(write("in.json", text.getBytes(StandardCharsets.UTF_8)), signature);
    }

    private void refused(byte[] content, int index, String reason) {
        assertThatThrownBy(() -> ImageFile.read(write("bad", content), index, 0))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(reason);
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    private Path png(BufferedImage image) throws IOException {
        Path file = directory.resolve("a.png");
        ImageIO.write(image, "png", file.toFile());
        return file;
    }

    private static byte[] idx(int images, int height, int width) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0x0803);
        out.writeInt(images);
        out.writeInt(height);
        out.writeInt(width);
        for (int index = 0; index < images * height * width; index++) {
            out.writeByte(index);
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(RawInput image) {
        ByteBuffer pixels = image.pixels().orElseThrow();
        byte[] copy = new byte[pixels.remaining()];
        pixels.get(copy);
        return copy;
    }
}
