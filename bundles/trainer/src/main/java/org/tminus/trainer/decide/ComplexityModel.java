/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.List;

/** A trained complexity predictor. Immutable as long as nobody writes to its arrays. */
public final class ComplexityModel {
    private final String lightGbmText;
    private final ScoreCalibration calibration;
    private final List<Integer> classes;
    private final double[][] outOfFold;
    private final PredictorReport report;
    private final double uncalibratedError;

    ComplexityModel(
            String lightGbmText,
            ScoreCalibration calibration,
            List<Integer> classes,
            double[][] outOfFold,
            PredictorReport report,
            double uncalibratedError) {
        this.lightGbmText = lightGbmText;
        this.calibration = calibration;
        this.classes = List.copyOf(classes);
        this.outOfFold = outOfFold;
        this.report = report;
        this.uncalibratedError = uncalibratedError;
    }

    /** The trees, trained on all of the decision split, with the calibration in their leaves. */
    public TreeEnsemble ensemble() {
        return TreeEnsemble.parse(lightGbmText).calibrated(calibration);
    }

    /** The trees as LightGBM wrote them, without calibration. */
    public String lightGbmText() {
        return lightGbmText;
    }

    /** What is folded into the leaves. */
    public ScoreCalibration calibration() {
        return calibration;
    }

    /** The menu index that each class stands for, ascending. */
    public List<Integer> classes() {
        return classes;
    }

    /** Per row of the decision split the probability of each class, by trees and a calibration that never saw the row. */
    public double[][] outOfFold() {
        return outOfFold;
    }

    /** How good those probabilities are. */
    public PredictorReport report() {
        return report;
    }

    /** The expected calibration error that the trees would have without calibration. */
    public double uncalibratedError() {
        return uncalibratedError;
    }
}
