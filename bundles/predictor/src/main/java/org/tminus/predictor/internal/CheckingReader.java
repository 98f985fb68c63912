/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.util.Map;
import org.tminus.failure.InvalidRequestException;
import org.tminus.predictor.PredictionContext;
import org.tminus.tensor.Tensor;

/**
 * Reads features that check their inputs themselves.
 *
 * @param name of the features
 * @param count how many there are
 * @param opener prepares a batch
 */
record CheckingReader(String name, int count, Opener opener) implements FeatureSet.Reader {
    /** Prepares a batch of inputs by name; an {@link IllegalArgumentException} says what is wrong with them. */
    interface Opener {
        FeatureSet.Rows open(Map<String, ? extends Tensor> inputs, int rows);
    }

    @Override
    public FeatureSet.Rows open(PredictionContext context) throws InvalidRequestException {
        try {
            return opener.open(context.inputs(), context.rows());
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "The features '" + name + "' cannot be read: " + e.getMessage() + ".",
                    "Give the request the inputs of the model's signature.",
                    e);
        }
    }
}
