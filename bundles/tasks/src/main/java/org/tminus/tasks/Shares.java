/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import org.tminus.learning.data.Split;

/** How large the splits are meant to be, in percent. */
record Shares(int trunk, int decision, int calibration, int test) {
    Shares {
        if (trunk + decision + calibration + test != 100
                || Math.min(Math.min(trunk, decision), Math.min(calibration, test)) < 1) {
            throw new IllegalArgumentException("Four shares of at least 1 % add up to 100 %");
        }
    }

    /** The split of whatever has this hash; larger hashes never come before smaller ones in the order of the splits. */
    Split of(long hash) {
        double percent = hash * 0x1p-63 * 100;
        if (percent < trunk) {
            return Split.TRUNK;
        }
        if (percent < trunk + decision) {
            return Split.DECISION;
        }
        return percent < trunk + decision + calibration ? Split.CALIBRATION : Split.TEST;
    }

    int percent(Split split) {
        return switch (split) {
            case TRUNK -> trunk;
            case DECISION -> decision;
            case CALIBRATION -> calibration;
            case TEST -> test;
        };
    }
}
