/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.onnx.OnnxModel;

class ChangeTest {
    @TempDir
    Path folder;

    private final OnnxModel base = TransformerBuilder.build(Chases.config(3, 2, 2, 4, 2, 4));

    private static Change change() {
        Change.Builder builder = new Change.Builder();
        builder.add("layer.0.out.bias", new float[] {0.5f, -0.25f, 0, 1});
        builder.add("layer.1.out.weight", 4, 4, 1, 2, new float[] {1, 0, 0.5f, 0}, new float[] {0.25f, 0, 0, -1});
        return builder.build();
    }

    @Test
    void aMatrixOfMoreNumbersThanCanBeIsRefused() throws IOException {
        Change.Builder builder = new Change.Builder();
        // 65,536 times 65,537 is 65,536 where 32 bits overflow.
        builder.add("layer.0.out.bias", 65_536, 65_537, 0, 1, new float[0], new float[0]);
        Path file = folder.resolve("overflow");
        builder.build().save(file);
        assertThatThrownBy(() -> Change.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("malformed");
        Change.Builder ranked = new Change.Builder();
        ranked.add("layer.0.out.bias", 65_536, 65_537, 1, 1, new float[65_536], new float[65_537]);
        ranked.build().save(file);
        assertThatThrownBy(() -> Change.load(file)).isInstanceOf(IOException.class);
    }

    private float[] weight(byte[] model, String name) throws Exception {
        OnnxSource source = OnnxSource.of(OnnxModel.read(model));
        return source.floats(source.initializers().get(name));
    }

    @Test
    void isAddedToTheWeights() throws Exception {
        byte[] changed = change().applyTo(base);

        assertThat(weight(changed, "layer.0.out.bias")).containsExactly(0.5f, -0.25f, 0, 1);
        float[] before = weight(base.toBytes(), "layer.1.out.weight");
        float[] after = weight(changed, "layer.1.out.weight");
        float[] expected = {0.5f, 0, 0, -2, 0, 0, 0, 0, 0.25f, 0, 0, -1, 0, 0, 0, 0};
        for (int i = 0; i < 16; i++) {
            assertThat(after[i] - before[i]).isCloseTo(expected[i], within(1e-6f));
        }
        assertThat(weight(changed, "stem.table")).isEqualTo(weight(base.toBytes(), "stem.table"));
    }

    @Test
    void aMatrixThatChangedAsAWholeIsRoundedToASmallPartOfItsRow() throws Exception {
        float[] difference = new float[16];
        for (int i = 0; i < 12; i++) {
            difference[i] = (float) (Math.sin(i) * Math.pow(10, i / 4));
        }
        Change.Builder builder = new Change.Builder();
        builder.add("layer.1.out.weight", 4, difference);
        Path file = folder.resolve("matrix");
        builder.build().save(file);

        float[] before = weight(base.toBytes(), "layer.1.out.weight");
        float[] after = weight(Change.load(file).applyTo(base), "layer.1.out.weight");
        for (int i = 0; i < 16; i++) {
            // Half a step of an eighth of the deviation, which is at most 10^row.
            float bound = i < 12 ? (float) (Math.pow(10, i / 4) / 16) : 0;
            assertThat(after[i] - before[i]).isCloseTo(difference[i], within(bound + 1e-5f));
        }
        assertThat(Change.load(file).bytes()).isEqualTo(32);
    }

    @Test
    void lengthsThatTheFileCannotHoldAreRefused() throws Exception {
        Path file = folder.resolve("change");
        change().save(file);
        byte[] bytes = Files.readAllBytes(file);
        // After magic, version, number of parts, name and kind comes the length of the first vector.
        ByteBuffer.wrap(bytes).putInt(12 + 2 + "layer.0.out.bias".length() + 1, Integer.MAX_VALUE);
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, bytes.length - Long.BYTES);
        ByteBuffer.wrap(bytes).putLong(bytes.length - Long.BYTES, crc.getValue());
        Files.write(file, bytes);

        assertThatThrownBy(() -> Change.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("malformed");
    }

    @Test
    void survivesAFile() throws Exception {
        Path file = folder.resolve("change");
        change().save(file);

        assertThat(Change.load(file).applyTo(base)).isEqualTo(change().applyTo(base));
        assertThat(Change.load(file).weights()).containsExactly("layer.0.out.bias", "layer.1.out.weight");
        assertThat(change().bytes()).isEqualTo(24);
    }

    @Test
    void damageIsNoticed() throws Exception {
        Path file = folder.resolve("change");
        change().save(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
        assertThatThrownBy(() -> Change.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
        Files.write(file, new byte[3]);
        assertThatThrownBy(() -> Change.load(file)).isInstanceOf(IOException.class);
    }

    @Test
    void fitsItsModelOnly() {
        OnnxModel other = TransformerBuilder.build(Chases.config(3, 2, 1, 4, 2, 4));

        assertThatThrownBy(() -> change().applyTo(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer.1.out.weight");
    }

    @Test
    void halvesAreTheNearest() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = Half.toFloat((short) bits);
            if (!Float.isNaN(value)) {
                assertThat(Half.of(value)).isEqualTo((short) bits);
            }
        }
        assertThat(Half.toFloat(Half.of(1 + 0x1p-11f))).isEqualTo(1);
        assertThat(Half.toFloat(Half.of(1 + 0x1.8p-11f))).isEqualTo(1 + 0x1p-10f);
        assertThat(Half.toFloat(Half.of(1 + 0x3p-11f))).isEqualTo(1 + 0x1p-9f);
        assertThat(Half.toFloat(Half.of(65520))).isInfinite();
        assertThat(Half.toFloat(Half.of(65519))).isEqualTo(65504);
        assertThat(Half.toFloat(Half.of(Float.NaN))).isNaN();
        assertThat(Half.toFloat(Half.of(0x1p-25f))).isZero();
    }
}
