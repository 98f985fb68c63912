/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import org.tminus.model.ModelSignature;
import org.tminus.predictor.features.ValueFeatures;

/** {@code values-v1}: all inputs of the model, as they are. */
final class ValueFeatureSet implements FeatureSet {
    @Override
    public Reader of(ModelSignature signature) {
        ValueFeatures features = ValueFeatures.of(signature);
        return new CheckingReader(
                ValueFeatures.NAME, features.count(), (inputs, rows) -> features.open(inputs, rows)::compute);
    }
}
