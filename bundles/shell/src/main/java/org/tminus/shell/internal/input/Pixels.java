/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.input;

import java.awt.image.BufferedImage;
import java.io.IOException;
import org.tminus.model.RawInput;

/** An image as bytes, the channels of a pixel side by side. */
@SuppressWarnings("ArrayRecordComponent") // passed on at once, compared by nobody
record Pixels(int width, int height, int channels, byte[] bytes) {
    static Pixels of(BufferedImage image) throws IOException {
        int width = ImageFile.side(image.getWidth());
        int height = ImageFile.side(image.getHeight());
        int bands = image.getRaster().getNumBands();
        if (bands <= 2 && image.getSampleModel().getSampleSize(0) == 8 && !isIndexed(image)) {
            // Grey values as they are stored: a conversion to RGB would bend them.
            byte[] grey = new byte[width * height];
            for (int index = 0; index < grey.length; index++) {
                grey[index] = (byte) image.getRaster().getSample(index % width, index / width, 0);
            }
            return new Pixels(width, height, 1, grey);
        }
        byte[] colours = new byte[Math.multiplyExact(width * height, 3)];
        for (int index = 0; index < width * height; index++) {
            int rgb = image.getRGB(index % width, index / width);
            colours[3 * index] = (byte) (rgb >> 16);
            colours[3 * index + 1] = (byte) (rgb >> 8);
            colours[3 * index + 2] = (byte) rgb;
        }
        return new Pixels(width, height, 3, colours);
    }

    private static boolean isIndexed(BufferedImage image) {
        return image.getType() == BufferedImage.TYPE_BYTE_INDEXED || image.getType() == BufferedImage.TYPE_BYTE_BINARY;
    }

    /** As a raw input with 1 or 3 channels; 0 keeps those that there are. */
    RawInput toChannels(int wanted) {
        if (wanted == channels || (wanted != 1 && wanted != 3)) {
            return RawInput.image(width, height, channels, bytes);
        }
        byte[] converted = new byte[width * height * wanted];
        for (int index = 0; index < width * height; index++) {
            if (wanted == 1) {
                converted[index] = (byte) Math.round(0.299 * (bytes[3 * index] & 0xFF)
                        + 0.587 * (bytes[3 * index + 1] & 0xFF)
                        + 0.114 * (bytes[3 * index + 2] & 0xFF));
            } else {
                converted[3 * index] = bytes[index];
                converted[3 * index + 1] = bytes[index];
                converted[3 * index + 2] = bytes[index];
            }
        }
        return RawInput.image(width, height, wanted, converted);
    }
}
