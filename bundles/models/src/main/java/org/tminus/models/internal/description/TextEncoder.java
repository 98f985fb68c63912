/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import org.tminus.failure.ModelFormatException;
import org.tminus.tokenizers.Encoding;
import org.tminus.tokenizers.NativeLibraryException;
import org.tminus.tokenizers.Tokenizer;
import org.tminus.tokenizers.TokenizerException;
import org.tminus.tokenizers.Tokenizers;

/**
 * The only class that knows the bundle of the tokenizers. Where that is not there, this class cannot be used at all:
 * {@link TextPreprocessing} looks first. Thread-safe.
 */
final class TextEncoder {
    /** Text cannot become tokens here, whatever the model; the message says why. */
    static final class Unavailable extends Exception {
        private static final long serialVersionUID = 1L;

        Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private final Tokenizer tokenizer;

    private TextEncoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * @throws ModelFormatException if the file is wrong
     * @throws Unavailable if there is no native library for this platform
     */
    static TextEncoder open(byte[] tokenizerJson, int maximumLength) throws ModelFormatException, Unavailable {
        try {
            return new TextEncoder(Tokenizers.open(tokenizerJson, maximumLength));
        } catch (TokenizerException e) {
            throw new ModelFormatException(
                    String.valueOf(e.getMessage()),
                    "Correct it in the tool that made the file; the rules are in docs/model-format.md.",
                    e);
        } catch (NativeLibraryException e) {
            throw new Unavailable(String.valueOf(e.getMessage()), e);
        }
    }

    /** @throws IllegalArgumentException if the text is too long; the message says so */
    Row encode(String text) {
        try {
            Encoding encoding = tokenizer.encode(text);
            return new Row(encoding.ids(), encoding.attentionMask(), encoding.typeIds());
        } catch (TokenizerException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    long paddingId() {
        return tokenizer.paddingId();
    }

    /** One text as numbers; all three arrays are of one length. */
    static final class Row {
        final long[] ids;
        final long[] mask;
        final long[] types;

        Row(long[] ids, long[] mask, long[] types) {
            this.ids = ids;
            this.mask = mask;
            this.types = types;
        }
    }
}
