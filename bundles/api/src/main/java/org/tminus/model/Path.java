/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A way through a model: the layers that run, in the model's order, and the exit that answers. Whether the model has
 * such layers is checked where a path meets a model, see {@link AdaptiveModel#check(Path)}.
 *
 * @param layers without repetition; empty when the exit reads the stem
 * @param exit the exit that answers
 */
public record Path(List<LayerId> layers, ExitId exit) {
    /** @throws IllegalArgumentException if a layer is named twice */
    public Path {
        layers = List.copyOf(layers);
        if (new HashSet<>(layers).size() != layers.size()) {
            throw new IllegalArgumentException("A path runs each layer once, got " + layers);
        }
    }

    /** How many layers run. */
    public int depth() {
        return layers.size();
    }

    @Override
    public String toString() {
        return layers.stream().map(LayerId::value).collect(Collectors.joining("+")) + ">" + exit;
    }
}
