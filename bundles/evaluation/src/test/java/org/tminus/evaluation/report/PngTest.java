/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.tminus.learning.data.Display;

class PngTest {
    @Test
    void anotherReaderSeesTheSamePixels() throws Exception {
        byte[] pixels = new byte[3 * 2 * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 14);
        }
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(Png.bytes(new Display.Picture(3, 2, 3, pixels))));
        assertThat(read.getWidth()).isEqualTo(3);
        assertThat(read.getHeight()).isEqualTo(2);
        for (int y = 0; y < 2; y++) {
            for (int x = 0; x < 3; x++) {
                int at = (y * 3 + x) * 3;
                int wanted = (pixels[at] & 0xff) << 16 | (pixels[at + 1] & 0xff) << 8 | (pixels[at + 2] & 0xff);
                assertThat(read.getRGB(x, y) & 0xffffff).isEqualTo(wanted);
            }
        }
    }

    @Test
    void aPictureOfTheWrongSizeIsRefused() {
        assertThatThrownBy(() -> Png.bytes(new Display.Picture(3, 2, 1, new byte[5])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3x2");
    }
}
