/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import org.jspecify.annotations.Nullable;
import org.tminus.failure.TminusException;

/** Thrown when data cannot be read or does not make a task; the message says where, the advice what to do. */
public final class TaskDataException extends TminusException {
    private static final long serialVersionUID = 1;

    /** @see TminusException#TminusException(String, String) */
    public TaskDataException(String message, String advice) {
        super(message, advice);
    }

    /** @see TminusException#TminusException(String, String, Throwable) */
    public TaskDataException(String message, String advice, @Nullable Throwable cause) {
        super(message, advice, cause);
    }
}
