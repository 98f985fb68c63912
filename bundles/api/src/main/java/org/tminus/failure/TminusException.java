/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.failure;

import org.jspecify.annotations.Nullable;

/** The root of all checked failures of the platform and its plugins. */
public class TminusException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String advice;

    /**
     * @param message what went wrong, with the values that were found and expected
     * @param advice what the reader can do about it, as a sentence
     */
    public TminusException(String message, String advice) {
        this(message, advice, null);
    }

    /**
     * @param message what went wrong, with the values that were found and expected
     * @param advice what the reader can do about it, as a sentence
     * @param cause what made it happen, if known
     */
    public TminusException(String message, String advice, @Nullable Throwable cause) {
        super(message, cause);
        this.advice = advice;
    }

    /** What the reader can do about it. */
    public String advice() {
        return advice;
    }

    /** Message and advice, as shown to people. */
    @Override
    public String getLocalizedMessage() {
        return advice.isEmpty() ? String.valueOf(getMessage()) : getMessage() + " " + advice;
    }
}
