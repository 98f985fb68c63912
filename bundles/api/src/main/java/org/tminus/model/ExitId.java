/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

/**
 * The stable name of an exit within its model.
 *
 * @param value not empty
 */
public record ExitId(String value) {
    /** The exit at full depth, which is the model's own tail. */
    public static final ExitId FINAL = new ExitId("final");

    /** @throws IllegalArgumentException if the value is empty */
    public ExitId {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("An exit id is not empty");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
