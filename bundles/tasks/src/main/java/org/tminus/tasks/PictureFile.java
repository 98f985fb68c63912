/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import org.tminus.learning.data.Display;

/** Reads pictures of the kinds that Java knows: PNG, JPEG, BMP, GIF, TIFF. */
final class PictureFile {
    private static final long MOST_PIXELS = 1L << 25;

    private PictureFile() {}

    /** @param channels 1 or 3; colours become grey by their usual weights, grey becomes three equal colours */
    static Display.Picture read(Path file, int channels) throws IOException {
        try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IOException("it is no PNG, JPEG, BMP, GIF or TIFF");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                // Checked before memory is taken: a few bytes can claim a picture of gigabytes.
                long area = (long) reader.getWidth(0) * reader.getHeight(0);
                if (area < 1 || area > MOST_PIXELS) {
                    throw new IOException("it claims " + area + " pixels, the limit is " + MOST_PIXELS);
                }
                return convert(reader.read(0), channels);
            } finally {
                reader.dispose();
            }
        } catch (RuntimeException e) {
            // The readers answer damaged files with all sorts of exceptions.
            throw new IOException("it is damaged (" + e + ")", e);
        }
    }

    private static Display.Picture convert(BufferedImage image, int channels) {
        int width = image.getWidth();
        int height = image.getHeight();
        boolean grey = image.getRaster().getNumBands() <= 2
                && image.getSampleModel().getSampleSize(0) == 8
                && image.getType() != BufferedImage.TYPE_BYTE_INDEXED;
        byte[] pixels = new byte[Math.multiplyExact(width * height, channels)];
        for (int index = 0; index < width * height; index++) {
            int x = index % width;
            int y = index / width;
            int rgb;
            if (grey) {
                // As stored: Java's conversion to RGB would bend grey values.
                rgb = image.getRaster().getSample(x, y, 0) * 0x10101;
            } else {
                rgb = image.getRGB(x, y);
            }
            int red = rgb >> 16 & 0xff;
            int green = rgb >> 8 & 0xff;
            int blue = rgb & 0xff;
            if (channels == 1) {
                pixels[index] = (byte) (grey ? red : Math.round(0.299 * red + 0.587 * green + 0.114 * blue));
            } else {
                pixels[3 * index] = (byte) red;
                pixels[3 * index + 1] = (byte) green;
                pixels[3 * index + 2] = (byte) blue;
            }
        }
        return new Display.Picture(width, height, channels, pixels);
    }
}
