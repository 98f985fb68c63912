/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

/**
 * The stable name of a layer within its model.
 *
 * @param value not empty
 */
public record LayerId(String value) {
    /** @throws IllegalArgumentException if the value is empty */
    public LayerId {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("A layer id is not empty");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
