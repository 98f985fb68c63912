/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

/** Checks of the two levels that every promise has. */
final class Levels {
    private Levels() {}

    static void check(double epsilon, double delta) {
        if (!(epsilon >= 0 && epsilon <= 1)) {
            throw new IllegalArgumentException("epsilon is 0 to 1, got " + epsilon);
        }
        if (!(delta > 0 && delta < 1)) {
            throw new IllegalArgumentException("delta is above 0 and below 1, got " + delta);
        }
    }
}
