/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.failure;

import org.jspecify.annotations.Nullable;

/** A backend could not open a session, prepare a path or run it. */
public class BackendException extends TminusException {
    private static final long serialVersionUID = 1L;

    /** @see TminusException#TminusException(String, String) */
    public BackendException(String message, String advice) {
        super(message, advice);
    }

    /** @see TminusException#TminusException(String, String, Throwable) */
    public BackendException(String message, String advice, @Nullable Throwable cause) {
        super(message, advice, cause);
    }
}
