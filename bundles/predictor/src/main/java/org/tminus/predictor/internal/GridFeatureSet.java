/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import org.tminus.model.ModelSignature;
import org.tminus.predictor.features.GridFeatures;

/** {@code grid-v1}: where the model's images are light. */
final class GridFeatureSet implements FeatureSet {
    @Override
    public Reader of(ModelSignature signature) {
        GridFeatures features = GridFeatures.of(signature);
        return new CheckingReader(
                GridFeatures.NAME, features.count(), (inputs, rows) -> features.open(inputs, rows)::compute);
    }
}
