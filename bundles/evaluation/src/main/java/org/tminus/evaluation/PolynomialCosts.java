/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.List;
import java.util.Map;
import org.tminus.learning.outcome.PathCosts;
import org.tminus.onnx.Polynomial;

/**
 * Costs as polynomials in the length of the sequence, as graph analysis counts them. Immutable.
 *
 * @param stem what always runs first
 * @param layers in order
 * @param exits by the number of the layer that they follow; the model's own end follows the last layer
 * @param predictor features and trees of the complexity predictor, per example
 */
public record PolynomialCosts(
        Polynomial stem, List<Polynomial> layers, Map<Integer, Polynomial> exits, double predictor)
        implements PathCosts {
    /** Copies the collections. */
    public PolynomialCosts {
        layers = List.copyOf(layers);
        exits = Map.copyOf(exits);
    }

    /** The same with another predictor. */
    public PolynomialCosts withPredictor(double flops) {
        return new PolynomialCosts(stem, layers, exits, flops);
    }

    @Override
    public double stem(int length) {
        return stem.at(length);
    }

    @Override
    public double layer(int layer, int length) {
        return layers.get(layer).at(length);
    }

    /** Nothing where no exit follows. */
    @Override
    public double exit(int exit, int length) {
        return exits.getOrDefault(exit, Polynomial.ZERO).at(length);
    }

    @Override
    public double predictor(int length) {
        return predictor;
    }
}
