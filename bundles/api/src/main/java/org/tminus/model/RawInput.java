/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One input as people have it, before preprocessing: an image's pixels or a text. Immutable. */
public final class RawInput {
    private final String kind;
    private final @Nullable String text;
    private final @Nullable ByteBuffer pixels;
    private final int width;
    private final int height;
    private final int channels;

    private RawInput(
            String kind, @Nullable String text, @Nullable ByteBuffer pixels, int width, int height, int channels) {
        this.kind = kind;
        this.text = text;
        this.pixels = pixels;
        this.width = width;
        this.height = height;
        this.channels = channels;
    }

    /**
     * @param pixels row by row, the channels of a pixel side by side, one byte each; copied
     * @throws IllegalArgumentException if a size is not positive or the number of bytes is not their product
     */
    public static RawInput image(int width, int height, int channels, byte[] pixels) {
        if (width <= 0 || height <= 0 || channels <= 0 || pixels.length != (long) width * height * channels) {
            throw new IllegalArgumentException("An image of " + width + " x " + height + " with " + channels
                    + " channels does not have " + pixels.length + " bytes");
        }
        return new RawInput("image", null, ByteBuffer.wrap(pixels.clone()).asReadOnlyBuffer(), width, height, channels);
    }

    public static RawInput text(String text) {
        return new RawInput("text", text, null, 0, 0, 0);
    }

    /** {@code image} or {@code text}; more kinds may follow. */
    public String kind() {
        return kind;
    }

    public Optional<String> text() {
        return Optional.ofNullable(text);
    }

    /** A fresh read-only view of the pixels. */
    public Optional<ByteBuffer> pixels() {
        return Optional.ofNullable(pixels).map(ByteBuffer::duplicate);
    }

    /** Pixels per row; 0 if this is no image. */
    public int width() {
        return width;
    }

    /** Rows; 0 if this is no image. */
    public int height() {
        return height;
    }

    /** Bytes per pixel; 0 if this is no image. */
    public int channels() {
        return channels;
    }
}
