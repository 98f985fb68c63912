/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

import java.util.SplittableRandom;

/**
 * Small changes of training images that keep the class: shift, mirror image, an erased rectangle.
 *
 * @param maxShift pixels in each direction, drawn evenly from {@code -maxShift} to {@code maxShift}
 * @param flip whether half of the images are mirrored left to right
 * @param eraseProbability share of images that lose a rectangle
 */
public record Augmentation(int maxShift, boolean flip, double eraseProbability) {
    /** Leaves images as they are. */
    public static final Augmentation NONE = new Augmentation(0, false, 0);

    private static final int MIN_ERASED = 4;
    private static final int MAX_ERASED = 9;

    /**
     * Writes the changed image as unsigned grey values to {@code target}.
     *
     * @param source one image of {@code side} by {@code side} grey values
     */
    void apply(byte[] source, int side, SplittableRandom random, byte[] target) {
        boolean mirror = flip && random.nextBoolean();
        int dx = maxShift == 0 ? 0 : random.nextInt(2 * maxShift + 1) - maxShift;
        int dy = maxShift == 0 ? 0 : random.nextInt(2 * maxShift + 1) - maxShift;
        for (int y = 0; y < side; y++) {
            int sy = y + dy;
            for (int x = 0; x < side; x++) {
                int sx = (mirror ? side - 1 - x : x) + dx;
                boolean outside = sx < 0 || sy < 0 || sx >= side || sy >= side;
                target[y * side + x] = outside ? 0 : source[sy * side + sx];
            }
        }
        if (eraseProbability > 0 && random.nextDouble() < eraseProbability) {
            erase(target, side, random);
        }
    }

    private static void erase(byte[] image, int side, SplittableRandom random) {
        int width = Math.min(side, MIN_ERASED + random.nextInt(MAX_ERASED - MIN_ERASED + 1));
        int height = Math.min(side, MIN_ERASED + random.nextInt(MAX_ERASED - MIN_ERASED + 1));
        int x0 = random.nextInt(side - width + 1);
        int y0 = random.nextInt(side - height + 1);
        for (int y = y0; y < y0 + height; y++) {
            for (int x = x0; x < x0 + width; x++) {
                image[y * side + x] = (byte) random.nextInt(256);
            }
        }
    }
}
