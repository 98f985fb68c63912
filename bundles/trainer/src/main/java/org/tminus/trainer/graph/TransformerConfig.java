/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

/**
 * The shape of a fresh encoder over tokens.
 *
 * @param layers number of layers
 * @param dim width of the hidden state; a multiple of {@code heads}
 * @param heads attention heads
 * @param mlp width of the hidden layer of the feed-forward part
 * @param stem what tokens are made of
 * @param classes number of classes
 * @param seed of the starting weights
 */
public record TransformerConfig(int layers, int dim, int heads, int mlp, Stem stem, int classes, long seed) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if they do not fit each other
     */
    public TransformerConfig {
        if (layers < 1 || dim < 1 || heads < 1 || mlp < 1 || classes < 2) {
            throw new IllegalArgumentException("every number must be positive, with 2 classes or more");
        }
        if (dim % heads != 0) {
            throw new IllegalArgumentException("width " + dim + " is no multiple of " + heads + " heads");
        }
    }

    /** Tokens of an input. */
    public int tokens() {
        return stem.tokens();
    }

    /** The same with another number of layers. */
    public TransformerConfig withLayers(int number) {
        return new TransformerConfig(number, dim, heads, mlp, stem, classes, seed);
    }

    /** The same with another seed. */
    public TransformerConfig withSeed(long other) {
        return new TransformerConfig(layers, dim, heads, mlp, stem, classes, other);
    }
}
