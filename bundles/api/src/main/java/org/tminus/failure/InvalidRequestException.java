/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.failure;

import org.jspecify.annotations.Nullable;

/** The request cannot be answered by anyone: unknown names, wrong shapes or types, NaN in an input, a bad budget. */
public class InvalidRequestException extends TminusException {
    private static final long serialVersionUID = 1L;

    /** @see TminusException#TminusException(String, String) */
    public InvalidRequestException(String message, String advice) {
        super(message, advice);
    }

    /** @see TminusException#TminusException(String, String, Throwable) */
    public InvalidRequestException(String message, String advice, @Nullable Throwable cause) {
        super(message, advice, cause);
    }
}
