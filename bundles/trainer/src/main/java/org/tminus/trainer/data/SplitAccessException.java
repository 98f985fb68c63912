/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.data;

/** Thrown when code tries to open a split that its purpose does not allow. */
public final class SplitAccessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SplitAccessException(String message) {
        super(message);
    }
}
