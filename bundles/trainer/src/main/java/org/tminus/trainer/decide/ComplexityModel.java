/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.List;

/** A trained complexity predictor. Immutable as long as nobody writes to its arrays. */
public final class ComplexityModel {
    private final TreeEnsemble ensemble;
    private final String lightGbmText;
    private final List<Integer> classes;
    private final double[][] outOfFold;
    private final double outOfFoldAccuracy;

    ComplexityModel(
            TreeEnsemble ensemble,
            String lightGbmText,
            List<Integer> classes,
            double[][] outOfFold,
            double outOfFoldAccuracy) {
        this.ensemble = ensemble;
        this.lightGbmText = lightGbmText;
        this.classes = List.copyOf(classes);
        this.outOfFold = outOfFold;
        this.outOfFoldAccuracy = outOfFoldAccuracy;
    }

    /** The trees, trained on all of the decision split. */
    public TreeEnsemble ensemble() {
        return ensemble;
    }

    /** The same trees as LightGBM wrote them. */
    public String lightGbmText() {
        return lightGbmText;
    }

    /** The menu index that each class stands for, ascending. */
    public List<Integer> classes() {
        return classes;
    }

    /** Probability of a class for a row of the decision split, by trees that never saw the row. */
    public double outOfFold(int row, int label) {
        return outOfFold[row][label];
    }

    /** Those probabilities for all rows. */
    double[][] outOfFold() {
        return outOfFold;
    }

    /** How often the most probable class was the right one, out of fold. */
    public double outOfFoldAccuracy() {
        return outOfFoldAccuracy;
    }
}
