/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.Layer;

/**
 * Parts of a model that follow one another: the stem or none, neighbouring layers, and the exit after them or none.
 *
 * @param withStem whether it begins with the stem
 * @param layers at least one
 * @param exit reads the state after the last layer; null for none
 */
record Stretch(AdaptiveModel model, boolean withStem, List<Layer> layers, @Nullable Exit exit) {
    Layer first() {
        return layers.get(0);
    }

    Layer last() {
        return layers.get(layers.size() - 1);
    }

    /** Whether it is more than one part. */
    boolean isJoint() {
        return withStem || layers.size() > 1 || exit != null;
    }

    /** Tells it from all others of the model; exits are told apart by the layer that they follow. */
    int key() {
        int ends = first().index() * model.layers().size() + last().index();
        return 4 * ends + (withStem ? 2 : 0) + (exit == null ? 0 : 1);
    }

    long weightBytes() {
        long bytes = withStem ? model.stem().cost().weightBytes() : 0;
        for (Layer layer : layers) {
            bytes += layer.cost().weightBytes();
        }
        return exit == null ? bytes : bytes + exit.cost().weightBytes();
    }

    @Override
    public String toString() {
        return (withStem ? "the stem and " : "")
                + (layers.size() == 1 ? "layer " + first().id() : "layers " + first().id() + " to " + last().id())
                + (exit == null ? "" : " and exit " + exit.id());
    }
}
