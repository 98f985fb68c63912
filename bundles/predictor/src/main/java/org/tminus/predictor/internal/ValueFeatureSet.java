/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import org.tminus.failure.InvalidRequestException;
import org.tminus.model.ModelSignature;
import org.tminus.predictor.PredictionContext;
import org.tminus.predictor.features.ValueFeatures;

/** {@code values-v1}: all inputs of the model, as they are. */
final class ValueFeatureSet implements FeatureSet {
    @Override
    public Reader of(ModelSignature signature) {
        return new ValueReader(ValueFeatures.of(signature));
    }

    private record ValueReader(ValueFeatures features) implements Reader {
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
                        "The features '" + ValueFeatures.NAME + "' cannot be read: " + e.getMessage() + ".",
                        "Give the request the inputs of the model's signature.",
                        e);
            }
        }
    }
}
