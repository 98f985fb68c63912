/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers;

import org.tminus.tokenizers.internal.NativeTokenizer;

/** Opens tokenizers. Safe for use by many threads. */
public final class Tokenizers {
    private Tokenizers() {}

    /**
     * Opens a tokenizer. The file is checked in full before native code sees it, so that a hostile one ends in an exception.
     * Models of the kinds WordPiece, WordLevel and BPE are known; Unigram and what needs it are refused by name. Settings of
     * the file for truncation and padding do not count: texts are cut at their end, and not padded.
     *
     * @param tokenizerJson content of a {@code tokenizer.json}
     * @param maximumLength most tokens of a text, those included that the model expects around it
     * @throws TokenizerException if the file is wrong, not supported, or leaves no room for a text within that length
     * @throws NativeLibraryException if there is no native library for this platform, or it cannot be loaded
     */
    public static Tokenizer open(byte[] tokenizerJson, int maximumLength) {
        return NativeTokenizer.open(tokenizerJson, maximumLength);
    }
}
