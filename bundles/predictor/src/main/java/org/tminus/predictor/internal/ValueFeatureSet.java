/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.predictor.PredictionContext;
import org.tminus.predictor.features.ValueFeatures;

/** {@code values-v1}: all inputs of the model, as they are. */
final class ValueFeatureSet implements FeatureSet {
    @Override
    public int count(AdaptiveModel model) throws InvalidRequestException {
        return features(model).count();
    }

    @Override
    public boolean fits(AdaptiveModel model) {
        return ValueFeatures.obstacle(model.signature()).isEmpty();
    }

    private static ValueFeatures features(AdaptiveModel model) throws InvalidRequestException {
        try {
            return ValueFeatures.of(model.signature());
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "Model " + model + " cannot be judged. " + e.getMessage(), "Choose another predictor for it.", e);
        }
    }

    @Override
    public Rows open(PredictionContext context) throws InvalidRequestException {
        ValueFeatures features = features(context.model());
        try {
            return features.open(context.inputs(), context.rows())::compute;
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "The features '" + ValueFeatures.NAME + "' cannot be read: " + e.getMessage() + ".",
                    "Give the request the inputs of the model's signature.",
                    e);
        }
    }
}
