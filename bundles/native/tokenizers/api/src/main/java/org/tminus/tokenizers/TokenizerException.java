/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers;

import org.jspecify.annotations.Nullable;

/** A {@code tokenizer.json} that cannot be used, or a text that cannot be encoded; the message says why, and where. */
public final class TokenizerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the sentence for the user. */
    public TokenizerException(String message) {
        this(message, null);
    }

    /** With the sentence for the user, and what caused it. */
    public TokenizerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
