/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.predictor.PredictionContext;

/** A documented set of input features. Stateless. */
interface FeatureSet {
    /** How many features a model has. @throws InvalidRequestException if it does not fit */
    int count(AdaptiveModel model) throws InvalidRequestException;

    /** Whether a model has an input that these features can be read from. Quick. */
    boolean fits(AdaptiveModel model);

    /** Prepares a batch for reading. @throws InvalidRequestException if its inputs are not as the features need them */
    Rows open(PredictionContext context) throws InvalidRequestException;

    /** One batch; used by one thread. */
    interface Rows {
        /** Writes the features of a row, from index 0. */
        void compute(int row, float[] out);
    }
}
