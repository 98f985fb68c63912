/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.outcome;

/**
 * What parts of a model cost in FLOPs, per example. Sequences make examples differ; where there is none, the length is 0.
 * Safe for several threads.
 */
public interface PathCosts {
    /** What always runs before the first layer. */
    double stem(int length);

    double layer(int layer, int length);

    /** The exit head after a layer; the last one is the model's own end. */
    double exit(int exit, int length);

    /** Features and trees of the complexity predictor; 0 without one. */
    double predictor(int length);

    /** Stem, layers and exit of a path; without what deciding costs. */
    default double path(MenuPath path, int length) {
        double sum = stem(length) + exit(path.exit(), length);
        for (int layer : path.layers()) {
            sum += layer(layer, length);
        }
        return sum;
    }

    /** All layers and the model's own end. */
    default double fullDepth(int layers, int length) {
        return path(MenuPath.prefix(layers), length);
    }
}
