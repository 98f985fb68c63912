/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.failure;

import org.jspecify.annotations.Nullable;

/** The platform has no room for the request now: its queue is full, or it is stopping. */
public class CapacityException extends TminusException {
    private static final long serialVersionUID = 1L;

    /** @see TminusException#TminusException(String, String) */
    public CapacityException(String message, String advice) {
        super(message, advice);
    }

    /** @see TminusException#TminusException(String, String, Throwable) */
    public CapacityException(String message, String advice, @Nullable Throwable cause) {
        super(message, advice, cause);
    }
}
