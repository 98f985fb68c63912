/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.vit;

/**
 * The shape of a plain pre-norm vision transformer with an exit after each layer but the last.
 *
 * @param imageSize side of the square input in pixels
 * @param channels channels of the input
 * @param patch side of a square patch in pixels; divides {@code imageSize}
 * @param layers number of layers
 * @param dim width of the hidden state; a multiple of {@code heads}
 * @param heads attention heads
 * @param mlp width of the hidden layer of the feed-forward part
 * @param classes number of classes
 * @param withExits whether the inner layers have exits
 */
public record VitConfig(
        int imageSize,
        int channels,
        int patch,
        int layers,
        int dim,
        int heads,
        int mlp,
        int classes,
        boolean withExits) {
    /** Epsilon of every layer normalisation. */
    public static final double EPSILON = 1e-5;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if they do not fit each other
     */
    public VitConfig {
        if (imageSize < 1
                || channels < 1
                || patch < 1
                || layers < 1
                || dim < 1
                || heads < 1
                || mlp < 1
                || classes < 2) {
            throw new IllegalArgumentException("every number must be positive, with 2 classes or more");
        }
        if (imageSize % patch != 0) {
            throw new IllegalArgumentException("patches of " + patch + " do not tile an image of " + imageSize);
        }
        if (dim % heads != 0) {
            throw new IllegalArgumentException("width " + dim + " is no multiple of " + heads + " heads");
        }
    }

    /** The reference model: 8 layers of width 96 on 49 patches of 4x4 pixels. */
    public static VitConfig fashion() {
        return new VitConfig(28, 1, 4, 8, 96, 4, 192, 10, true);
    }

    /** The same shape with another number of layers, with or without exits. */
    public VitConfig withLayers(int count, boolean exits) {
        return new VitConfig(imageSize, channels, patch, count, dim, heads, mlp, classes, exits);
    }

    /** Patches along one side. */
    public int grid() {
        return imageSize / patch;
    }

    /** Patches of an image. */
    public int patches() {
        return grid() * grid();
    }

    /** Tokens: the patches and the class token, which comes first. */
    public int tokens() {
        return patches() + 1;
    }

    /** Values of one patch. */
    public int patchValues() {
        return channels * patch * patch;
    }

    /** Exits inside the network: one after each layer but the last, or none. */
    public int exits() {
        return withExits ? layers - 1 : 0;
    }
}
