/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import org.tminus.failure.InvalidRequestException;
import org.tminus.model.ModelSignature;
import org.tminus.predictor.PredictionContext;
import org.tminus.predictor.features.GridFeatures;

/** {@code grid-v1}: where the model's images are light. */
final class GridFeatureSet implements FeatureSet {
    @Override
    public Reader of(ModelSignature signature) {
        return new GridReader(GridFeatures.of(signature));
    }

    private record GridReader(GridFeatures features) implements Reader {
        @Override
        public int count() {
            return features.count();
        }

        @Override
        public Rows open(PredictionContext context) throws InvalidRequestException {
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
}
