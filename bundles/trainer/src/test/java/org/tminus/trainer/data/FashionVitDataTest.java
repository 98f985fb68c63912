/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.tensor.HostTensor;
import org.tminus.trainer.vit.Normalisation;

class FashionVitDataTest {
    private static ImageSet images(String name, int count, long seed) {
        byte[] pixels = new byte[count * 28 * 28];
        byte[] labels = new byte[count];
        Random random = new Random(seed);
        random.nextBytes(pixels);
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) random.nextInt(10);
        }
        return new ImageSet(name, 28, 28, pixels, labels);
    }

    private final FashionMnist images = new FashionMnist(images("train", 300, 1), images("test", 40, 2));

    @Test
    void splitsAndNumbersAreThoseThatTheModelIsTrainedWith() {
        TaskData data = FashionVitData.of(images, 3);
        DataSplits splits = DataSplits.of(images.train(), images.test(), 3);
        assertThat(data.description().sha256()).isEqualTo(splits.dataHash());
        SplitReader expected = splits.accessFor(Purpose.TRAINING).open(Split.DECISION);
        Examples examples = data.accessFor(Purpose.TRAINING).open(Split.DECISION);
        assertThat(examples.size()).isEqualTo(expected.size()).isPositive();
        float[] table = Normalisation.FASHION.table();
        byte[] pixels = new byte[28 * 28];
        for (int row = 0; row < examples.size(); row++) {
            assertThat(examples.id(row)).isEqualTo(expected.id(row));
            assertThat(examples.label(row)).isEqualTo(expected.label(row));
            expected.copyPixels(row, pixels, 0);
            HostTensor tensor =
                    Objects.requireNonNull(examples.inputs(new int[] {0, row}).get("pixels"));
            assertThat(tensor.shape().toArray()).containsExactly(2, 1, 28, 28);
            FloatBuffer values = tensor.buffer().asFloatBuffer();
            for (int i = 0; i < pixels.length; i++) {
                assertThat(values.get(pixels.length + i)).isEqualTo(table[pixels[i] & 0xff]);
            }
            assertThat(((Display.Picture) examples.display(row)).pixels()).isEqualTo(pixels);
        }
    }

    @Test
    void trainingGetsNeitherCalibrationNorTest() {
        TaskData.Access access = FashionVitData.of(images, 3).accessFor(Purpose.TRAINING);
        assertThatExceptionOfType(org.tminus.learning.data.SplitAccessException.class)
                .isThrownBy(() -> access.open(Split.TEST));
        assertThatExceptionOfType(org.tminus.learning.data.SplitAccessException.class)
                .isThrownBy(() -> access.open(Split.CALIBRATION));
    }
}
