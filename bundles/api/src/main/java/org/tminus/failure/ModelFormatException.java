/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.failure;

import org.jspecify.annotations.Nullable;

/** A model file is damaged, hostile, or not what it says it is. */
public class ModelFormatException extends TminusException {
    private static final long serialVersionUID = 1L;

    /** @see TminusException#TminusException(String, String) */
    public ModelFormatException(String message, String advice) {
        super(message, advice);
    }

    /** @see TminusException#TminusException(String, String, Throwable) */
    public ModelFormatException(String message, String advice, @Nullable Throwable cause) {
        super(message, advice, cause);
    }
}
