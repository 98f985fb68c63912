/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Map;
import java.util.Random;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Random pictures of 28 by 28 pixels, from flat to busy. */
final class Images implements Examples {
    private static final int AREA = 28 * 28;
    private final byte[][] pixels;
    private final int[] labels;
    private final long seed;

    Images(int size, long seed) {
        this.seed = seed;
        Random random = new Random(seed);
        pixels = new byte[size][AREA];
        labels = new int[size];
        for (int row = 0; row < size; row++) {
            random.nextBytes(pixels[row]);
            int from = random.nextInt(AREA);
            java.util.Arrays.fill(pixels[row], 0, from, (byte) (random.nextInt(3) * 90));
            labels[row] = random.nextInt(10);
        }
    }

    @Override
    public int size() {
        return pixels.length;
    }

    @Override
    public String id(int row) {
        return "image-" + seed + "-" + row;
    }

    @Override
    public int label(int row) {
        return labels[row];
    }

    @Override
    public int length(int row) {
        return 0;
    }

    @Override
    public Map<String, HostTensor> inputs(int[] rows) {
        float[] values = new float[rows.length * AREA];
        for (int i = 0; i < rows.length; i++) {
            for (int p = 0; p < AREA; p++) {
                values[i * AREA + p] = ((pixels[rows[i]][p] & 0xff) / 255f - 0.286f) / 0.353f;
            }
        }
        return Map.of("pixels", HostTensor.ofFloats(Shape.of(rows.length, 1, 28, 28), values));
    }

    @Override
    public Display display(int row) {
        return new Display.Picture(28, 28, 1, pixels[row]);
    }
}
