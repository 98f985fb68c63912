/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import org.tminus.failure.InvalidRequestException;
import org.tminus.model.ModelSignature;
import org.tminus.predictor.PredictionContext;

/** Features that an ensemble reads, known by name. Stateless. */
interface FeatureSet {
    /**
     * The features of models with this signature.
     *
     * @throws IllegalArgumentException if they have none; the message is a sentence that says why
     */
    Reader of(ModelSignature signature);

    /** The features of one model. Immutable. */
    interface Reader {
        /** How many there are. */
        int count();

        /** Prepares a batch for reading. @throws InvalidRequestException if its inputs are not as the features need them */
        Rows open(PredictionContext context) throws InvalidRequestException;
    }

    /** One batch; used by one thread. */
    interface Rows {
        /** Writes the features of a row, from index 0. */
        void compute(int row, float[] out);
    }
}
