/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.data;

/** Thrown when code tries to open a split that its purpose does not allow. */
public final class SplitAccessException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SplitAccessException(Split split, Purpose purpose) {
        super("The " + split + " split may not be opened for " + purpose + "; allowed are " + purpose.allowed() + ".");
    }
}
