/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

class GridFeaturesTest {
    @Test
    void cellsAreAboutSquareAndAtMost64() {
        assertThat(of(1, 28, 28).count()).isEqualTo(2 + 8 * 8);
        assertThat(of(1, 42, 70).count()).isEqualTo(2 + 10 * 6);
        assertThat(of(3, 70, 42).count()).isEqualTo(2 + 6 * 10);
        assertThat(of(1, 2, 3).count()).isEqualTo(2 + 3 * 2);
        assertThat(of(1, 1, 1_000).count()).isEqualTo(2 + 64);
        assertThat(of(1, 1_000, 1).count()).isEqualTo(2 + 64);
        assertThat(of(1, 42, 70).names())
                .hasSize(62)
                .startsWith("mean", "deviation", "cell[0,0]", "cell[0,1]")
                .endsWith("cell[5,9]")
                .doesNotHaveDuplicates();
    }

    @Test
    void aCellTellsHowMuchLighterItIs() {
        int height = 11;
        int width = 19;
        float[] pixels = random(2 * 3 * height * width);
        float[] out = features(3, height, width, 2, pixels, 1);

        // 10 columns, as 100 * 11 <= 64 * 19 < 121 * 11; then 6 rows.
        assertThat(out).hasSize(62);
        int from = 3 * height * width;
        double mean = 0;
        for (int i = 0; i < from; i++) {
            mean += pixels[from + i] / from;
        }
        double variance = 0;
        for (int i = 0; i < from; i++) {
            variance += (pixels[from + i] - mean) * (pixels[from + i] - mean) / from;
        }
        assertThat(out[0]).isCloseTo((float) mean, within(1e-6f));
        assertThat(out[1]).isCloseTo((float) Math.sqrt(variance), within(1e-6f));
        // Row 4 has lines 8 and 9 (44/6 and 55/6, rounded up: 8 to 10), column 7 has 14 and 15 (133/10 to 152/10).
        double cell = 0;
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 8; y < 10; y++) {
                for (int x = 14; x < 16; x++) {
                    cell += pixels[from + (channel * height + y) * width + x] / 12;
                }
            }
        }
        assertThat(out[2 + 4 * 10 + 7]).isCloseTo((float) ((cell - mean) / Math.sqrt(variance)), within(1e-5f));
    }

    @Property(tries = 300, seed = "1")
    void theyAreWhatTheDefinitionSays(
            @ForAll @IntRange(min = 1, max = 3) int channels,
            @ForAll @IntRange(min = 1, max = 80) int height,
            @ForAll @IntRange(min = 1, max = 80) int width,
            @ForAll @IntRange(min = -100, max = 100) int brightness,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[] pixels = new float[2 * channels * height * width];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = brightness + (float) random.nextGaussian();
        }
        float[] expected = plainly(channels, height, width, pixels, 1);
        assertThat(features(channels, height, width, 2, pixels, 1)).containsExactly(expected, within(1e-4f));
    }

    /** The definition, without any thought of time: places in the grid by division, deviations from a mean that is known. */
    private static float[] plainly(int channels, int height, int width, float[] pixels, int image) {
        int columns = 1;
        while (columns < Math.min(64, width) && (columns + 1) * (columns + 1) * height <= 64 * width) {
            columns++;
        }
        int rows = Math.min(height, 64 / columns);
        int size = channels * height * width;
        double mean = 0;
        for (int i = 0; i < size; i++) {
            mean += pixels[image * size + i] / (double) size;
        }
        double variance = 0;
        double[] sums = new double[rows * columns];
        int[] counts = new int[rows * columns];
        for (int i = 0; i < size; i++) {
            double deviation = pixels[image * size + i] - mean;
            variance += deviation * deviation / size;
            int cell = i / width % height * rows / height * columns + i % width * columns / width;
            sums[cell] += deviation;
            counts[cell]++;
        }
        float[] out = new float[2 + sums.length];
        out[0] = (float) mean;
        out[1] = (float) Math.sqrt(variance);
        for (int cell = 0; cell < sums.length; cell++) {
            out[2 + cell] = variance == 0 ? 0 : (float) (sums[cell] / counts[cell] / Math.sqrt(variance));
        }
        return out;
    }

    @Test
    void brightnessAndContrastDoNotMatterToCells() {
        float[] pixels = random(20 * 20);
        float[] changed = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            changed[i] = 3 * pixels[i] - 5;
        }
        float[] first = features(1, 20, 20, 1, pixels, 0);
        float[] second = features(1, 20, 20, 1, changed, 0);
        assertThat(second[0]).isCloseTo(3 * first[0] - 5, within(1e-5f));
        assertThat(second[1]).isCloseTo(3 * first[1], within(1e-5f));
        for (int i = 2; i < first.length; i++) {
            assertThat(second[i]).isCloseTo(first[i], within(1e-4f));
        }
    }

    @Test
    void flatAndBrokenImagesGiveNumbersOrNan() {
        float[] flat = new float[49];
        java.util.Arrays.fill(flat, 0.1f);
        float[] out = features(1, 7, 7, 1, flat, 0);
        assertThat(out[1]).isZero();
        for (int i = 2; i < out.length; i++) {
            assertThat(out[i]).isZero();
        }
        flat[3] = Float.NaN;
        assertThat(features(1, 7, 7, 1, flat, 0)).contains(Float.NaN);
    }

    @Test
    void onlyImagesOfAFixedSizeHaveThem() {
        refused("no float32 input", new TensorSpec("tokens", ElementType.INT64, List.of(-1L, 1L, 4L, 4L)));
        refused("no float32 input", new TensorSpec("x", ElementType.FLOAT32, List.of(-1L, 4L)));
        refused("no fixed size", new TensorSpec("x", ElementType.FLOAT32, List.of(-1L, 1L, -1L, 4L)));
        refused("too large", new TensorSpec("x", ElementType.FLOAT32, List.of(-1L, 3L, 100_000L, 100_000L)));
    }

    @Test
    void wrongInputsAreRefused() {
        GridFeatures features = of(1, 2, 2);
        for (Map<String, HostTensor> inputs : List.of(
                Map.<String, HostTensor>of(),
                Map.of("pixels", HostTensor.ofLongs(Shape.of(1, 1, 2, 2), 1, 2, 3, 4)),
                Map.of("pixels", HostTensor.ofFloats(Shape.of(1, 1, 1, 4), 1, 2, 3, 4)))) {
            assertThatThrownBy(() -> features.open(inputs, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'pixels' must be float32");
        }
        GridFeatures.Batch batch =
                features.open(Map.of("pixels", HostTensor.ofFloats(Shape.of(1, 1, 2, 2), 1, 2, 3, 4)), 1);
        assertThatThrownBy(() -> batch.compute(1, new float[6])).hasMessageContaining("no row 1");
        assertThatThrownBy(() -> batch.compute(-1, new float[6])).hasMessageContaining("no row -1");
        assertThatThrownBy(() -> batch.compute(0, new float[5])).hasMessageContaining("room for 6");
    }

    private static void refused(String reason, TensorSpec input) {
        ModelSignature signature = new ModelSignature(List.of(input), List.of(), Optional.empty());
        assertThat(GridFeatures.obstacle(signature).orElseThrow()).contains("'grid-v1'", reason);
        assertThatThrownBy(() -> GridFeatures.of(signature)).hasMessageContaining(reason);
    }

    private static float[] random(int count) {
        Random random = new Random(1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }

    private static GridFeatures of(int channels, int height, int width) {
        TensorSpec input = new TensorSpec(
                "pixels", ElementType.FLOAT32, List.of(TensorSpec.ANY, (long) channels, (long) height, (long) width));
        return GridFeatures.of(new ModelSignature(List.of(input), List.of(), Optional.empty()));
    }

    private static float[] features(int channels, int height, int width, int rows, float[] pixels, int row) {
        GridFeatures features = of(channels, height, width);
        float[] out = new float[features.count()];
        HostTensor tensor = HostTensor.ofFloats(Shape.of(rows, channels, height, width), pixels);
        features.open(Map.of("pixels", tensor), rows).compute(row, out);
        return out;
    }
}
