/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

import org.tminus.learning.outcome.Outcomes;

/** Access to a predictor's probabilities by those who cannot do without. */
final class Predictions {
    private Predictions() {}

    static float[] of(Outcomes outcomes, int row) {
        float[] probabilities = outcomes.complexity(row);
        if (probabilities == null) {
            throw new IllegalArgumentException("These outcomes have no predictor's probabilities");
        }
        return probabilities;
    }
}
