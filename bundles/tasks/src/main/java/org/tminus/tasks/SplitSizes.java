/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import org.tminus.learning.data.Split;

/** How many inputs each split of a generated task has; each from 1 to {@link #MAXIMUM}. */
public record SplitSizes(int trunk, int decision, int calibration, int test) {
    /** The most inputs of a split, a bound on memory. */
    public static final int MAXIMUM = 5_000_000;
    /** Enough to learn from, and to certify 0.3 points. */
    public static final SplitSizes DEFAULT = new SplitSizes(400_000, 20_000, 100_000, 20_000);

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public SplitSizes {
        for (int size : new int[] {trunk, decision, calibration, test}) {
            if (size < 1 || size > MAXIMUM) {
                throw new IllegalArgumentException("A split can have 1 to " + MAXIMUM + " inputs, not " + size);
            }
        }
    }

    int of(Split split) {
        return switch (split) {
            case TRUNK -> trunk;
            case DECISION -> decision;
            case CALIBRATION -> calibration;
            case TEST -> test;
        };
    }

    int sum() {
        return trunk + decision + calibration + test;
    }
}
