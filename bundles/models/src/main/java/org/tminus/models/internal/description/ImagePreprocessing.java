/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.Preprocessing;
import org.tminus.model.RawInput;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/**
 * Turns images into one normalised float tensor: {@code (byte * scale - mean) / std} per channel. Images of another
 * size are resized by bilinear interpolation between pixel centres; of another number of channels they are refused.
 */
final class ImagePreprocessing implements Preprocessing {
    static final String KIND = "image";

    private final int width;
    private final int height;
    private final int channels;
    private final double scale;
    private final double[] mean;
    private final double[] std;
    private final boolean channelsFirst;
    private final String input;

    ImagePreprocessing(
            int width,
            int height,
            int channels,
            double scale,
            double[] mean,
            double[] std,
            boolean channelsFirst,
            String input) {
        this.width = width;
        this.height = height;
        this.channels = channels;
        this.scale = scale;
        this.mean = mean.clone();
        this.std = std.clone();
        this.channelsFirst = channelsFirst;
        this.input = input;
    }

    @Override
    public String kind() {
        return KIND;
    }

    Shape shape(long rows) {
        return channelsFirst ? Shape.of(rows, channels, height, width) : Shape.of(rows, height, width, channels);
    }

    @Override
    public Map<String, Tensor> apply(List<RawInput> batch) throws InvalidRequestException {
        if (batch.isEmpty()) {
            throw new InvalidRequestException("There is no image to prepare.", "Give at least one.");
        }
        for (int row = 0; row < batch.size(); row++) {
            check(batch.get(row), row);
        }
        HostTensor tensor;
        try {
            tensor = HostTensor.allocate(ElementType.FLOAT32, shape(batch.size()));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    batch.size() + " images are too many for one tensor.", "Send them in smaller batches.", e);
        }
        FloatBuffer target = tensor.writableBuffer().asFloatBuffer();
        int perImage = width * height * channels;
        for (int row = 0; row < batch.size(); row++) {
            write(batch.get(row), target, row * perImage);
        }
        return Map.of(input, tensor);
    }

    private void check(RawInput raw, int row) throws InvalidRequestException {
        if (raw.pixels().isEmpty()) {
            throw new InvalidRequestException(
                    "Input " + row + " is of kind " + raw.kind() + ", the model takes images.", "Send images.");
        }
        if (raw.channels() != channels) {
            throw new InvalidRequestException(
                    "Image " + row + " has " + raw.channels() + " channels, the model takes " + channels + ".",
                    "Convert it before sending it.");
        }
    }

    private void write(RawInput raw, FloatBuffer target, int start) {
        ByteBuffer pixels = raw.pixels().orElseThrow();
        boolean resize = raw.width() != width || raw.height() != height;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < channels; channel++) {
                    double value = resize
                            ? interpolate(raw, pixels, x, y, channel)
                            : pixels.get((y * width + x) * channels + channel) & 0xff;
                    int index =
                            channelsFirst ? (channel * height + y) * width + x : (y * width + x) * channels + channel;
                    target.put(start + index, (float) ((value * scale - mean[channel]) / std[channel]));
                }
            }
        }
    }

    private double interpolate(RawInput raw, ByteBuffer pixels, int x, int y, int channel) {
        double sourceX = clamp((x + 0.5) * raw.width() / width - 0.5, raw.width() - 1);
        double sourceY = clamp((y + 0.5) * raw.height() / height - 0.5, raw.height() - 1);
        int left = (int) sourceX;
        int top = (int) sourceY;
        int right = Math.min(left + 1, raw.width() - 1);
        int bottom = Math.min(top + 1, raw.height() - 1);
        double alongX = sourceX - left;
        double alongY = sourceY - top;
        double upper = mix(pixel(raw, pixels, left, top, channel), pixel(raw, pixels, right, top, channel), alongX);
        double lower =
                mix(pixel(raw, pixels, left, bottom, channel), pixel(raw, pixels, right, bottom, channel), alongX);
        return mix(upper, lower, alongY);
    }

    private static double clamp(double value, double most) {
        return Math.max(0, Math.min(most, value));
    }

    private static double mix(double first, double second, double share) {
        return first + (second - first) * share;
    }

    private static int pixel(RawInput raw, ByteBuffer pixels, int x, int y, int channel) {
        return pixels.get((y * raw.width() + x) * raw.channels() + channel) & 0xff;
    }
}
