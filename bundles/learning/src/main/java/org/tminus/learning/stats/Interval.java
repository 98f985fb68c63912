/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.stats;

/**
 * An interval, usually one that covers with 95 %.
 *
 * @param low its lower end
 * @param high its upper end
 */
public record Interval(double low, double high) {
    /** Whether all of it is above a value: {@code isAbove(0)} is what "significantly better" means here. */
    public boolean isAbove(double value) {
        return low > value;
    }

    /** Whether all of it is below a value. */
    public boolean isBelow(double value) {
        return high < value;
    }
}
