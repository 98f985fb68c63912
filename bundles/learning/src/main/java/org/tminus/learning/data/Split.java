/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.data;

/** The four parts of a data set that are kept apart from the first to the last step. */
public enum Split {
    /** Trains the weights of the model. */
    TRUNK,
    /** Oracle labels, predictor, path menu, policies, operating points, choice of epoch and seed. */
    DECISION,
    /** Certificates only. */
    CALIBRATION,
    /** Reported, never used to choose anything. */
    TEST
}
