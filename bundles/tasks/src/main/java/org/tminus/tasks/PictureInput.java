/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.IntFunction;
import org.tminus.learning.data.Display;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/**
 * What a model takes for a picture: a float32 tensor of {@code (byte * scale - mean) / deviation}, as
 * {@code preprocessing.json} of kind {@code image} says it. Pictures of another size are resized by bilinear interpolation
 * between pixel centres.
 *
 * @param name of the input
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param height in pixels
 * @param width in pixels
 * @param scale what a byte is multiplied by first, mostly 1/255
 * @param mean per channel
 * @param deviation per channel, not 0
 * @param channelsFirst [batch, channels, height, width] if true, else [batch, height, width, channels]
 */
public record PictureInput(
        String name,
        int channels,
        int height,
        int width,
        double scale,
        List<Double> mean,
        List<Double> deviation,
        boolean channelsFirst) {
    /** @throws IllegalArgumentException if a value is out of its range, or there is not one mean and deviation per channel */
    public PictureInput {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("A picture has 1 or 3 channels, not " + channels);
        }
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("A picture cannot be " + width + "x" + height);
        }
        if (mean.size() != channels || deviation.size() != channels || deviation.contains(0.0)) {
            throw new IllegalArgumentException("There must be a mean and a deviation other than 0 for each of "
                    + channels + " channels, got " + mean + " and " + deviation);
        }
    }

    HostTensor tensor(int rows, IntFunction<Display.Picture> pictures) {
        HostTensor tensor = HostTensor.allocate(
                ElementType.FLOAT32,
                channelsFirst ? Shape.of(rows, channels, height, width) : Shape.of(rows, height, width, channels));
        FloatBuffer target = tensor.writableBuffer().asFloatBuffer();
        float[][] table = table();
        // Written in one go, which is several times quicker than value by value.
        float[] values = new float[channels * height * width];
        for (int row = 0; row < rows; row++) {
            Display.Picture picture = pictures.apply(row);
            if (picture.width() == width && picture.height() == height) {
                copy(picture.pixels(), values, table);
            } else {
                resize(picture, values);
            }
            target.put(values);
        }
        return tensor;
    }

    /** The normalised value of each byte, per channel. */
    private float[][] table() {
        float[][] table = new float[channels][256];
        for (int channel = 0; channel < channels; channel++) {
            for (int value = 0; value < 256; value++) {
                table[channel][value] = normalised(value, channel);
            }
        }
        return table;
    }

    private float normalised(double value, int channel) {
        return (float) ((value * scale - mean.get(channel)) / deviation.get(channel));
    }

    private void copy(byte[] pixels, float[] values, float[][] table) {
        int area = height * width;
        for (int channel = 0; channel < channels; channel++) {
            float[] normalised = table[channel];
            int step = channelsFirst ? 1 : channels;
            int at = channelsFirst ? channel * area : channel;
            for (int from = channel; from < pixels.length; from += channels) {
                values[at] = normalised[pixels[from] & 0xff];
                at += step;
            }
        }
    }

    private void resize(Display.Picture picture, float[] values) {
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < channels; channel++) {
                    int index =
                            channelsFirst ? (channel * height + y) * width + x : (y * width + x) * channels + channel;
                    values[index] = normalised(interpolated(picture, x, y, channel), channel);
                }
            }
        }
    }

    private double interpolated(Display.Picture picture, int x, int y, int channel) {
        double sourceX = clamp((x + 0.5) * picture.width() / width - 0.5, picture.width() - 1);
        double sourceY = clamp((y + 0.5) * picture.height() / height - 0.5, picture.height() - 1);
        int left = (int) sourceX;
        int top = (int) sourceY;
        int right = Math.min(left + 1, picture.width() - 1);
        int bottom = Math.min(top + 1, picture.height() - 1);
        double upper = mix(pixel(picture, left, top, channel), pixel(picture, right, top, channel), sourceX - left);
        double lower =
                mix(pixel(picture, left, bottom, channel), pixel(picture, right, bottom, channel), sourceX - left);
        return mix(upper, lower, sourceY - top);
    }

    private static double clamp(double value, double most) {
        return Math.max(0, Math.min(most, value));
    }

    private static double mix(double first, double second, double share) {
        return first + (second - first) * share;
    }

    private static int pixel(Display.Picture picture, int x, int y, int channel) {
        return picture.pixels()[(y * picture.width() + x) * picture.channels() + channel] & 0xff;
    }
}
