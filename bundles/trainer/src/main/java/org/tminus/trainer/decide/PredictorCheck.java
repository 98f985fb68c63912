/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.Map;
import org.tminus.trainer.export.OnnxRunner;

/** Compares an exported predictor with LightGBM itself, calibration included. */
public final class PredictorCheck {
    private static final double TOLERANCE = 1e-5;

    private PredictorCheck() {}

    /**
     * Runs both on the same rows.
     *
     * @throws IllegalStateException if a probability differs by more than 1e-5
     */
    public static void check(ComplexityModel model, byte[] onnx, float[][] features) {
        int columns = features[0].length;
        float[] flat = new float[features.length * columns];
        for (int row = 0; row < features.length; row++) {
            System.arraycopy(features[row], 0, flat, row * columns, columns);
        }
        float[] exported;
        try (OnnxRunner runner = new OnnxRunner(onnx)) {
            exported = runner.run(
                    Map.of("features", flat),
                    Map.of("features", new long[] {features.length, columns}),
                    "probabilities");
        }
        int classes = model.classes().size();
        double[][] original = LightGbm.predict(model.lightGbmText(), features, classes);
        for (double[] row : original) {
            // Scores up to a constant for all classes, which a softmax does not see.
            double[] scores = new double[classes];
            for (int k = 0; k < classes; k++) {
                scores[k] = Math.log(row[k]);
            }
            System.arraycopy(model.calibration().probabilities(scores), 0, row, 0, classes);
        }
        for (int row = 0; row < features.length; row++) {
            for (int k = 0; k < classes; k++) {
                double difference = Math.abs(exported[row * classes + k] - original[row][k]);
                if (!(difference <= TOLERANCE)) {
                    throw new IllegalStateException("the exported predictor differs from LightGBM by " + difference
                            + " in row " + row + ", class " + k);
                }
            }
        }
    }
}
