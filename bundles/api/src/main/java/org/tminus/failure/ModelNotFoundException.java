/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.failure;

import org.jspecify.annotations.Nullable;

/** No installed model has the name and a version in the range that was asked for. */
public class ModelNotFoundException extends TminusException {
    private static final long serialVersionUID = 1L;

    /** @see TminusException#TminusException(String, String) */
    public ModelNotFoundException(String message, String advice) {
        super(message, advice);
    }

    /** @see TminusException#TminusException(String, String, Throwable) */
    public ModelNotFoundException(String message, String advice, @Nullable Throwable cause) {
        super(message, advice, cause);
    }
}
