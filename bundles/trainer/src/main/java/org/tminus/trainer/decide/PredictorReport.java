/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tminus.learning.stats.Calibration;
import org.tminus.learning.stats.Ranks;

/**
 * How good a predictor is.
 *
 * @param accuracy how often the most probable class is the right one
 * @param calibrationError expected calibration error of the most probable class, in 15 bins of equal width
 * @param rankCorrelation Spearman's, between expected and needed class
 * @param underComputation share of rows whose most probable class is cheaper than they need
 * @param overComputation share of rows whose most probable class is costlier than they need
 * @param cautiousUnderComputation the same share for the class that is cheapest when too little counts
 *     {@value #CAUTION} times as much as too much
 * @param cautiousOverComputation share of rows whose cautious class is costlier than they need
 * @param confusion rows by needed and by most probable class
 */
public record PredictorReport(
        double accuracy,
        double calibrationError,
        double rankCorrelation,
        double underComputation,
        double overComputation,
        double cautiousUnderComputation,
        double cautiousOverComputation,
        List<List<Integer>> confusion) {
    /** How much worse too short a path is than too long a one, for those who want to be cautious. */
    public static final int CAUTION = 4;

    private static final int BINS = 15;

    /** Copies the matrix. */
    public PredictorReport {
        confusion = confusion.stream().map(List::copyOf).toList();
    }

    /**
     * Compares probabilities with what rows need.
     *
     * @param targets per row the class that it needs
     * @param probabilities per row and class
     */
    public static PredictorReport of(int[] targets, double[][] probabilities, int classes) {
        int rows = targets.length;
        int[][] confusion = new int[classes][classes];
        double[] confidence = new double[rows];
        boolean[] hit = new boolean[rows];
        double[] expected = new double[rows];
        double[] needed = new double[rows];
        double hits = 0;
        double under = 0;
        double over = 0;
        double cautiousUnder = 0;
        double cautiousOver = 0;
        for (int row = 0; row < rows; row++) {
            int best = argMax(probabilities[row]);
            confusion[targets[row]][best]++;
            confidence[row] = probabilities[row][best];
            hit[row] = best == targets[row];
            hits += hit[row] ? 1 : 0;
            under += best < targets[row] ? 1 : 0;
            over += best > targets[row] ? 1 : 0;
            int cautious = sufficient(probabilities[row], (double) CAUTION / (CAUTION + 1));
            cautiousUnder += cautious < targets[row] ? 1 : 0;
            cautiousOver += cautious > targets[row] ? 1 : 0;
            for (int k = 0; k < classes; k++) {
                expected[row] += k * probabilities[row][k];
            }
            needed[row] = targets[row];
        }
        List<List<Integer>> matrix = new ArrayList<>();
        for (int[] line : confusion) {
            matrix.add(Arrays.stream(line).boxed().toList());
        }
        return new PredictorReport(
                hits / rows,
                Calibration.ece(confidence, hit, BINS),
                Ranks.spearman(expected, needed),
                under / rows,
                over / rows,
                cautiousUnder / rows,
                cautiousOver / rows,
                matrix);
    }

    /** The cheapest class that suffices with this probability. */
    private static int sufficient(double[] probabilities, double chance) {
        double sum = 0;
        for (int k = 0; k < probabilities.length - 1; k++) {
            sum += probabilities[k];
            if (sum >= chance) {
                return k;
            }
        }
        return probabilities.length - 1;
    }

    private static int argMax(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    /** For a report. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("accuracy", accuracy);
        map.put("ece", calibrationError);
        map.put("spearman", rankCorrelation);
        map.put("underComputation", underComputation);
        map.put("overComputation", overComputation);
        // In an order of its own: that of Map.of differs from process to process, and so would the model file.
        Map<String, Object> cautious = new LinkedHashMap<>();
        cautious.put("underWeight", CAUTION);
        cautious.put("underComputation", cautiousUnderComputation);
        cautious.put("overComputation", cautiousOverComputation);
        map.put("cautious", cautious);
        map.put("confusion", confusion);
        return map;
    }
}
