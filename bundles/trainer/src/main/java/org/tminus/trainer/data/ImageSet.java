/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Grey-scale images of one size with their classes, in memory. Immutable. */
public final class ImageSet {
    private final String name;
    private final int width;
    private final int height;
    private final byte[] pixels;
    private final byte[] labels;

    /**
     * Wraps the arrays; they must not be changed afterwards.
     *
     * @param pixels unsigned grey values, image by image, row by row
     * @param labels class of each image
     * @throws IllegalArgumentException if the arrays do not fit each other
     */
    public ImageSet(String name, int width, int height, byte[] pixels, byte[] labels) {
        if (pixels.length != (long) width * height * labels.length) {
            throw new IllegalArgumentException(name + ": " + labels.length + " labels of " + width + "x" + height
                    + " images need " + (long) width * height * labels.length + " pixels, found " + pixels.length);
        }
        this.name = name;
        this.width = width;
        this.height = height;
        this.pixels = pixels;
        this.labels = labels;
    }

    /** The name that the ids of images start with. */
    public String name() {
        return name;
    }

    /** Image width in pixels. */
    public int width() {
        return width;
    }

    /** Image height in pixels. */
    public int height() {
        return height;
    }

    /** The number of images. */
    public int size() {
        return labels.length;
    }

    int label(int index) {
        return labels[index];
    }

    void copyPixels(int index, byte[] target, int offset) {
        System.arraycopy(pixels, index * width * height, target, offset, width * height);
    }

    int pixel(int index, int x, int y) {
        return pixels[(index * height + y) * width + x] & 0xff;
    }

    void addTo(MessageDigest digest) {
        digest.update((name + ":" + width + "x" + height + ":" + labels.length).getBytes(StandardCharsets.UTF_8));
        digest.update(pixels);
        digest.update(labels);
    }

    byte[] imageHash(int index) {
        MessageDigest digest = sha256();
        digest.update(pixels, index * width * height, width * height);
        return digest.digest();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
