/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

/** The four parts of a data set that are kept apart from the first to the last step. */
public enum Split {
    /** Trains the weights of the model. */
    TRUNK(0),
    /** Oracle labels, predictor, path menu, operating points, choice of epoch and seed. */
    DECISION(1),
    /** Certificates only. */
    CALIBRATION(2),
    /** Reported, never used to choose anything. */
    TEST(3);

    private final int code;

    Split(int code) {
        this.code = code;
    }

    /** A number for hashes that stays the same whatever is added here. */
    int code() {
        return code;
    }
}
