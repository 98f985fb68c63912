/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.List;

/**
 * FLOPs of the parts of a model, per row.
 *
 * @param stem what runs before the first layer
 * @param layers per layer
 * @param exits per exit head in order of depth; the last one is the model's own tail
 */
public record PathCosts(long stem, List<Long> layers, List<Long> exits) {
    /** Copies the lists. */
    public PathCosts {
        layers = List.copyOf(layers);
        exits = List.copyOf(exits);
        if (layers.size() != exits.size()) {
            throw new IllegalArgumentException("an exit after each layer expected");
        }
    }

    /** Stem and layers up to an exit (counted from 0), without its head. */
    public long upTo(int exit) {
        long sum = stem;
        for (int layer = 0; layer <= exit; layer++) {
            sum += layers.get(layer);
        }
        return sum;
    }

    /** Stem, layers and head of an exit. */
    public long path(int exit) {
        return upTo(exit) + exits.get(exit);
    }

    /** The whole model. */
    public long fullDepth() {
        return path(layers.size() - 1);
    }
}
