/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.stats;

/** Whether probabilities mean what they say. */
public final class Calibration {
    private Calibration() {}

    /**
     * Expected calibration error: the mean distance between confidence and share of hits over bins of equal width, weighted
     * by how many fall into each.
     *
     * @param confidence 0 to 1
     * @param bins such as 15
     */
    public static double ece(double[] confidence, boolean[] hit, int bins) {
        double[] sums = new double[bins];
        double[] hits = new double[bins];
        for (int i = 0; i < confidence.length; i++) {
            int bin = Math.max(0, Math.min(bins - 1, (int) (confidence[i] * bins)));
            sums[bin] += confidence[i];
            hits[bin] += hit[i] ? 1 : 0;
        }
        double error = 0;
        for (int bin = 0; bin < bins; bin++) {
            error += Math.abs(sums[bin] - hits[bin]);
        }
        return confidence.length == 0 ? 0 : error / confidence.length;
    }
}
