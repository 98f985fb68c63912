/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.ArrayList;
import java.util.List;
import org.tminus.evaluation.EvaluationResult.Bin;
import org.tminus.evaluation.EvaluationResult.Predictor;
import org.tminus.learning.oracle.Oracle;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.stats.Calibration;
import org.tminus.learning.stats.Ranks;

/** How good the complexity predictor is, against the stable oracle. */
final class PredictorCheck {
    private static final int BINS = 15;

    private PredictorCheck() {}

    static Predictor of(Outcomes test) {
        int classes = test.complexityClasses();
        if (classes == 0) {
            return Predictor.NONE;
        }
        int[] needed = neededClasses(test, Oracle.STABLE.paths(test));
        int rows = test.rows();
        int[][] confusion = new int[classes][classes];
        double[] confidence = new double[rows];
        double[] expected = new double[rows];
        boolean[] hit = new boolean[rows];
        int right = 0;
        int under = 0;
        int over = 0;
        for (int row = 0; row < rows; row++) {
            float[] probabilities = test.complexity(row);
            if (probabilities == null) {
                return Predictor.NONE;
            }
            int likely = 0;
            for (int k = 0; k < classes; k++) {
                likely = probabilities[k] > probabilities[likely] ? k : likely;
                expected[row] += k * probabilities[k];
            }
            confusion[needed[row]][likely]++;
            confidence[row] = probabilities[likely];
            hit[row] = likely == needed[row];
            right += hit[row] ? 1 : 0;
            under += likely < needed[row] ? 1 : 0;
            over += likely > needed[row] ? 1 : 0;
        }
        return new Predictor(
                (double) right / rows,
                Calibration.ece(confidence, hit, BINS),
                (double) under / rows,
                (double) over / rows,
                Ranks.orderedAuc(expected, needed),
                lists(confusion),
                bins(confidence, hit),
                null,
                null,
                null,
                null,
                null,
                null);
    }

    /** The cheapest class whose path costs no less than the path that suffices. */
    private static int[] neededClasses(Outcomes test, int[] paths) {
        int classes = test.complexityClasses();
        int[] needed = new int[paths.length];
        for (int row = 0; row < paths.length; row++) {
            int k = 0;
            while (k < classes - 1 && test.complexityPath(k) < paths[row]) {
                k++;
            }
            needed[row] = k;
        }
        return needed;
    }

    private static List<List<Integer>> lists(int[][] matrix) {
        List<List<Integer>> lists = new ArrayList<>();
        for (int[] line : matrix) {
            List<Integer> values = new ArrayList<>();
            for (int value : line) {
                values.add(value);
            }
            lists.add(List.copyOf(values));
        }
        return List.copyOf(lists);
    }

    private static List<Bin> bins(double[] confidence, boolean[] hit) {
        double[] sum = new double[BINS];
        int[] hits = new int[BINS];
        int[] count = new int[BINS];
        for (int row = 0; row < hit.length; row++) {
            int bin = Math.min(BINS - 1, (int) (confidence[row] * BINS));
            sum[bin] += confidence[row];
            hits[bin] += hit[row] ? 1 : 0;
            count[bin]++;
        }
        List<Bin> bins = new ArrayList<>();
        for (int bin = 0; bin < BINS; bin++) {
            if (count[bin] > 0) {
                bins.add(new Bin(sum[bin] / count[bin], (double) hits[bin] / count[bin], count[bin]));
            }
        }
        return bins;
    }
}
