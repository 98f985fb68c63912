/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers;

import org.jspecify.annotations.Nullable;

/** The native library cannot be used here; the message says why, and what to do about it. */
public final class NativeLibraryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the sentence for the user. */
    public NativeLibraryException(String message) {
        this(message, null);
    }

    /** With the sentence for the user, and what the system said. */
    public NativeLibraryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
