/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.Signature;
import org.tminus.onnx.ValueInfo;
import org.tminus.predictor.features.ImageFeatures;
import org.tminus.predictor.features.TokenFeatures;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

class FeatureReaderTest {
    private static final Dimension BATCH = Dimension.symbolic("batch");

    /** Tensors made row by row from a number. */
    private record Numbered(int size, java.util.function.Function<int[], Map<String, HostTensor>> made)
            implements Examples {
        @Override
        public String id(int row) {
            return String.valueOf(row);
        }

        @Override
        public int label(int row) {
            return 0;
        }

        @Override
        public int length(int row) {
            return row % 3;
        }

        @Override
        public Map<String, HostTensor> inputs(int[] rows) {
            return made.apply(rows);
        }

        @Override
        public Display display(int row) {
            return new Display.Text(id(row));
        }
    }

    private static Signature signature(String name, String type, Dimension... shape) {
        return new Signature(List.of(new ValueInfo(name, type, List.of(shape))), List.of(), null);
    }

    @Test
    void smallInputsAreReadAsTheyAre() {
        Signature signature = signature("tokens", "int64", BATCH, Dimension.fixed(2));
        FeatureReader reader = FeatureReader.of("values-v1", signature);
        Examples examples = new Numbered(300, rows -> {
            long[] values = new long[2 * rows.length];
            for (int i = 0; i < rows.length; i++) {
                values[2 * i] = rows[i];
                values[2 * i + 1] = -rows[i];
            }
            return Map.of("tokens", HostTensor.ofLongs(Shape.of(rows.length, 2), values));
        });
        float[][] features = reader.read(examples);
        assertThat(features).hasDimensions(300, 2);
        assertThat(features[299]).containsExactly(299, -299);
        assertThat(reader.flopsPerRow(examples)).isEqualTo(2);
        assertThat(FeatureReader.fitting(signature)).contains("values-v1");
    }

    @Test
    void paddingIsNoToken() {
        Signature signature = signature("input_ids", "int64", BATCH, Dimension.symbolic("sequence"));
        FeatureReader reader = FeatureReader.of("tokens-v1", signature);
        Examples examples = new Numbered(3, rows -> {
            Map<String, HostTensor> inputs = new HashMap<>();
            long[] ids = new long[4 * rows.length];
            long[] mask = new long[4 * rows.length];
            for (int i = 0; i < rows.length; i++) {
                for (int k = 0; k <= rows[i]; k++) {
                    ids[4 * i + k] = 100 + k;
                    mask[4 * i + k] = 1;
                }
            }
            inputs.put("input_ids", HostTensor.ofLongs(Shape.of(rows.length, 4), ids));
            inputs.put("attention_mask", HostTensor.ofLongs(Shape.of(rows.length, 4), mask));
            return inputs;
        });
        float[] expected = new float[TokenFeatures.COUNT];
        TokenFeatures.compute(new long[] {100, 101}, 2, expected);
        assertThat(reader.read(examples)[1]).containsExactly(expected);
        assertThat(FeatureReader.fitting(signature)).contains("tokens-v1");
    }

    @Test
    void picturesAreReadFromTheirTensors() {
        Signature signature =
                signature("pixels", "float32", BATCH, Dimension.fixed(1), Dimension.fixed(6), Dimension.fixed(6));
        FeatureReader reader = FeatureReader.of("image-v1", signature);
        Examples examples = new Numbered(2, rows -> {
            float[] pixels = new float[36 * rows.length];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(picture(rows[i]), 0, pixels, 36 * i, 36);
            }
            return Map.of("pixels", HostTensor.ofFloats(Shape.of(rows.length, 1, 6, 6), pixels));
        });
        float[] expected = new float[ImageFeatures.COUNT];
        ImageFeatures.compute(picture(1), 0, 6, 6, 1, expected);
        assertThat(reader.read(examples)[1]).containsExactly(expected);
        assertThat(FeatureReader.fitting(signature)).contains("image-v1");

        FeatureReader grid = FeatureReader.of("grid-v1", signature);
        float[] cells = grid.read(examples)[1];
        assertThat(grid.count()).isEqualTo(38);
        assertThat(cells).hasSize(38);
        // Every cell is a pixel here.
        assertThat(cells[2 + 8]).isCloseTo((picture(1)[8] - cells[0]) / cells[1], within(1e-5f));
        assertThat(grid.flopsPerRow(examples)).isEqualTo(4 * 36);
    }

    private static float[] picture(int row) {
        float[] pixels = new float[36];
        for (int i = 0; i < 36; i++) {
            pixels[i] = (i * (row + 1)) % 7;
        }
        return pixels;
    }

    @Test
    void saysWhatDoesNotFit() {
        Signature large = signature("tokens", "int64", BATCH, Dimension.fixed(500));
        assertThat(FeatureReader.fitting(large)).isEmpty();
        assertThatThrownBy(() -> FeatureReader.of("values-v1", large))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("500");
        assertThatThrownBy(() -> FeatureReader.of("unknown", large))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown");
    }
}
