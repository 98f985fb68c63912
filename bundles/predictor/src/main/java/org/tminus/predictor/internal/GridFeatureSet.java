/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.predictor.PredictionContext;
import org.tminus.predictor.features.GridFeatures;

/** {@code grid-v1}: the model's first float32 input of rank 4, whose size is fixed. */
final class GridFeatureSet implements FeatureSet {
    @Override
    public int count(AdaptiveModel model) throws InvalidRequestException {
        return features(model).count();
    }

    @Override
    public boolean fits(AdaptiveModel model) {
        return GridFeatures.obstacle(model.signature()).isEmpty();
    }

    private static GridFeatures features(AdaptiveModel model) throws InvalidRequestException {
        try {
            return GridFeatures.of(model.signature());
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "Model " + model + " cannot be judged. " + e.getMessage(), "Choose another predictor for it.", e);
        }
    }

    @Override
    public Rows open(PredictionContext context) throws InvalidRequestException {
        GridFeatures features = features(context.model());
        try {
            return features.open(context.inputs(), context.rows())::compute;
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "The features '" + GridFeatures.NAME + "' cannot be read: " + e.getMessage() + ".",
                    "Give the request the inputs of the model's signature.",
                    e);
        }
    }
}
