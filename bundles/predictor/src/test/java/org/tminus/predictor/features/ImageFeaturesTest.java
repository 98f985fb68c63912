/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ImageFeaturesTest {
    private static final int SIDE = 28;

    @Test
    void everyFeatureHasAName() {
        assertThat(ImageFeatures.NAMES).hasSize(ImageFeatures.COUNT).doesNotHaveDuplicates();
    }

    @Test
    void measuresAHalfWhiteImage() {
        float[] image = new float[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++) {
            for (int x = SIDE / 2; x < SIDE; x++) {
                image[y * SIDE + x] = 2;
            }
        }
        float[] out = compute(image);
        assertThat(feature(out, "mean")).isCloseTo(1f, within(1e-6f));
        assertThat(feature(out, "deviation")).isCloseTo(1f, within(1e-6f));
        assertThat(feature(out, "minimum")).isZero();
        assertThat(feature(out, "maximum")).isEqualTo(2f);
        assertThat(feature(out, "bin0")).isEqualTo(0.5f);
        assertThat(feature(out, "bin7")).isEqualTo(0.5f);
        assertThat(feature(out, "entropy")).isCloseTo(1f, within(1e-6f));
        assertThat(feature(out, "foreground")).isEqualTo(0.5f);
        assertThat(feature(out, "edgeRight")).isCloseTo(1f / SIDE, within(1e-6f));
        assertThat(feature(out, "edgeDown")).isZero();
        assertThat(feature(out, "asymmetryHorizontal")).isCloseTo(1f, within(1e-6f));
        assertThat(feature(out, "asymmetryVertical")).isZero();
        assertThat(feature(out, "upperLeft")).isZero();
        assertThat(feature(out, "lowerRight")).isCloseTo(1f, within(1e-6f));
        assertThat(feature(out, "columnCentre")).isCloseTo(0.75f, within(1e-6f));
        assertThat(feature(out, "rowCentre")).isCloseTo(0.5f, within(1e-6f));
        assertThat(feature(out, "boxHeight")).isEqualTo(1f);
        assertThat(feature(out, "boxWidth")).isEqualTo(0.5f);
        assertThat(feature(out, "boxFill")).isEqualTo(1f);
        assertThat(feature(out, "rowChanges")).isEqualTo(1f);
        assertThat(feature(out, "columnChanges")).isZero();
    }

    @Test
    void aFlatImageHasFiniteFeatures() {
        assertThat(compute(new float[SIDE * SIDE])).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY);
    }

    @Test
    void normalisationMattersForTheFirstFourOnly() {
        float[] image = noise(1);
        float[] scaled = new float[image.length];
        for (int i = 0; i < image.length; i++) {
            scaled[i] = image[i] * 4 - 2;
        }
        float[] a = compute(image);
        float[] b = compute(scaled);
        for (int i = 4; i < ImageFeatures.COUNT; i++) {
            assertThat(b[i]).as(ImageFeatures.NAMES.get(i)).isCloseTo(a[i], within(1e-5f));
        }
        assertThat(b[0]).isNotEqualTo(a[0]);
    }

    @Test
    void readsFromAnyPlaceOfABufferAndLeavesItAlone() {
        float[] image = noise(2);
        FloatBuffer buffer = ByteBuffer.allocateDirect(4 * (image.length + 7))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int i = 0; i < image.length; i++) {
            buffer.put(7 + i, image[i]);
        }
        float[] out = new float[ImageFeatures.COUNT];
        ImageFeatures.compute(buffer, 7, SIDE, SIDE, 1, out);
        assertThat(out).isEqualTo(compute(image));
        assertThat(buffer.position()).isZero();
    }

    @Test
    void colouredImagesCountAsTheMeanOfTheirChannels() {
        float[] grey = noise(3);
        float[] coloured = new float[3 * grey.length];
        for (int i = 0; i < grey.length; i++) {
            coloured[i] = grey[i] - 0.5f;
            coloured[grey.length + i] = grey[i];
            coloured[2 * grey.length + i] = grey[i] + 0.5f;
        }
        float[] out = new float[ImageFeatures.COUNT];
        ImageFeatures.compute(coloured, 0, SIDE, SIDE, 3, out);
        float[] expected = compute(grey);
        for (int i = 0; i < out.length; i++) {
            assertThat(out[i]).as(ImageFeatures.NAMES.get(i)).isCloseTo(expected[i], within(1e-2f));
        }
    }

    @Test
    void anyImageFromOnePixelOnWorks() {
        for (int width = 1; width <= 5; width++) {
            for (int height = 1; height <= 5; height++) {
                float[] image = new float[width * height];
                for (int i = 0; i < image.length; i++) {
                    image[i] = i;
                }
                float[] out = new float[ImageFeatures.COUNT];
                ImageFeatures.compute(image, 0, width, height, 1, out);
                assertThat(out).doesNotContain(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY);
            }
        }
    }

    @Test
    void nanPixelsDoNotThrow() {
        float[] image = noise(4);
        image[100] = Float.NaN;
        image[200] = Float.POSITIVE_INFINITY;
        assertThat(compute(image)[0]).isNaN();
    }

    /** Models keep the thresholds of features as they were in training, so these must not change in any bit. */
    @Test
    void everyBitIsThatOfTheFirstVersion() {
        SplittableRandom random = new SplittableRandom(5);
        int hash = 1;
        for (int channels = 1; channels <= 3; channels++) {
            for (int width = 1; width < 30; width += 4) {
                int height = 1 + random.nextInt(30);
                float[] image = new float[2 + channels * height * width];
                for (int i = 0; i < image.length; i++) {
                    image[i] = random.nextInt(4) == 0 ? -0f : random.nextInt(1 << 20) / 1000f - 300;
                }
                float[] out = new float[ImageFeatures.COUNT];
                ImageFeatures.compute(image, 2, width, height, channels, out);
                // Logarithms may differ between processors.
                out[ImageFeatures.NAMES.indexOf("entropy")] = 0;
                hash = 31 * hash + Arrays.hashCode(out);
            }
        }
        assertThat(hash).isEqualTo(-1624619748);
    }

    @Test
    void refusesWhatDoesNotFit() {
        float[] out = new float[ImageFeatures.COUNT];
        assertThatThrownBy(() -> ImageFeatures.compute(new float[10], 0, 4, 4, 1, out))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ImageFeatures.compute(new float[16], 1, 4, 4, 1, out))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ImageFeatures.compute(new float[16], 0, 0, 4, 1, out))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ImageFeatures.compute(new float[16], 0, 4, 4, 1, new float[3]))
                .isInstanceOf(IllegalArgumentException.class);
        FloatBuffer fits = FloatBuffer.allocate(16);
        assertThatThrownBy(() -> ImageFeatures.compute(fits, 0, 4, 4, 1, new double[15], out))
                .isInstanceOf(IllegalArgumentException.class);
        ImageFeatures.compute(fits, 0, 4, 4, 1, new double[16], out);
    }

    private static float[] compute(float[] image) {
        float[] out = new float[ImageFeatures.COUNT];
        ImageFeatures.compute(image, 0, SIDE, SIDE, 1, out);
        return out;
    }

    private static float feature(float[] out, String name) {
        return out[ImageFeatures.NAMES.indexOf(name)];
    }

    private static float[] noise(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] image = new float[SIDE * SIDE];
        for (int i = 0; i < image.length; i++) {
            // Multiples of 1/64, so that scaling is exact and no value changes its bin.
            image[i] = random.nextInt(65) / 64f;
        }
        return image;
    }
}
