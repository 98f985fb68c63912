/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.outcome;

import java.util.List;

/**
 * A path of the menu by numbers.
 *
 * @param layers the layers that run, ascending, at least one
 * @param exit the number of the exit that answers; the exit after the last of the layers
 */
public record MenuPath(List<Integer> layers, int exit) {
    /** Copies and checks the layers. */
    public MenuPath {
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("A path has at least one layer");
        }
        for (int i = 1; i < layers.size(); i++) {
            if (layers.get(i) <= layers.get(i - 1)) {
                throw new IllegalArgumentException("The layers of a path ascend, got " + layers);
            }
        }
    }

    /** The first {@code depth} layers and the exit after them; exits are numbered like the layers that they follow. */
    public static MenuPath prefix(int depth) {
        return new MenuPath(java.util.stream.IntStream.range(0, depth).boxed().toList(), depth - 1);
    }

    public int lastLayer() {
        return layers.get(layers.size() - 1);
    }

    /** Whether the other path runs every layer that this one runs, and more: both are of one nested chain. */
    public boolean isWithin(MenuPath other) {
        return other.layers.size() > layers.size() && other.layers.containsAll(layers);
    }
}
