/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers;

import org.osgi.annotation.versioning.ProviderType;

/** Splits texts into tokens. Safe for use by many threads; {@link #close()} waits for those that are encoding. */
@ProviderType
public interface Tokenizer extends AutoCloseable {
    /** The longest text that {@link #encode(String)} takes, in UTF-16 characters. */
    int LONGEST_TEXT = 1 << 18;

    /**
     * The tokens of a text, cut at the end to {@link #maximumLength()}; the tokens that a model expects around a text are
     * there in any case, so that even an empty text has some. Texts that contain such a token by name, like {@code [SEP]},
     * get it.
     *
     * @throws TokenizerException if the text is longer than {@link #LONGEST_TEXT}
     * @throws IllegalStateException if the tokenizer is closed
     */
    Encoding encode(String text);

    /** The most tokens that a text gets. */
    int maximumLength();

    /** The id that fills shorter rows of a batch; 0 if the file names none. */
    long paddingId();

    /** Frees the native memory. Closing twice is harmless. */
    @Override
    void close();
}
