/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.failure;

import org.jspecify.annotations.Nullable;

/** A certificate is required, and none is valid for what is in force. */
public class UncertifiedException extends TminusException {
    private static final long serialVersionUID = 1L;

    /** @see TminusException#TminusException(String, String) */
    public UncertifiedException(String message, String advice) {
        super(message, advice);
    }

    /** @see TminusException#TminusException(String, String, Throwable) */
    public UncertifiedException(String message, String advice, @Nullable Throwable cause) {
        super(message, advice, cause);
    }
}
