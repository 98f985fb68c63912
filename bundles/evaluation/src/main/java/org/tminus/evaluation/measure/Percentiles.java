/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.Arrays;

/** Statistics of durations. Immutable. */
public final class Percentiles {
    private final long[] sorted;

    /** @param values at least one; copied */
    public Percentiles(long[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("There is nothing to take percentiles of");
        }
        sorted = values.clone();
        Arrays.sort(sorted);
    }

    /**
     * The smallest value that at least this share of all values does not exceed (nearest rank).
     *
     * @param percent above 0, up to 100
     */
    public long at(double percent) {
        if (!(percent > 0 && percent <= 100)) {
            throw new IllegalArgumentException("A percentile lies above 0 and up to 100, got " + percent);
        }
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(1, rank) - 1];
    }

    public double mean() {
        double sum = 0;
        for (long value : sorted) {
            sum += value;
        }
        return sum / sorted.length;
    }
}
