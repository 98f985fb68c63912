/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.failure;

import org.jspecify.annotations.Nullable;

/** The request was cancelled before its answer was ready. */
public class RequestCancelledException extends TminusException {
    private static final long serialVersionUID = 1L;

    /** @see TminusException#TminusException(String, String) */
    public RequestCancelledException(String message, String advice) {
        super(message, advice);
    }

    /** @see TminusException#TminusException(String, String, Throwable) */
    public RequestCancelledException(String message, String advice, @Nullable Throwable cause) {
        super(message, advice, cause);
    }
}
