/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

/** What a learned policy may look at. */
public enum Loop {
    /** Budget and predictor only: the path is settled before the first layer. */
    OPEN("open"),
    /** Also the exits on the way, each of which has to be paid. */
    CLOSED("closed");

    private final String label;

    Loop(String label) {
        this.label = label;
    }

    /** As model files and reports name it. */
    public String label() {
        return label;
    }

    /** @throws IllegalArgumentException if there is no such loop */
    public static Loop of(String label) {
        for (Loop loop : values()) {
            if (loop.label.equals(label)) {
                return loop;
            }
        }
        throw new IllegalArgumentException("A loop is open or closed, not '" + label + "'");
    }
}
