/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.List;
import org.tminus.tokenizers.NativeLibraryException;
import org.tminus.tokenizers.Tokenizer;
import org.tminus.tokenizers.TokenizerException;
import org.tminus.tokenizers.Tokenizers;

/**
 * Turns texts into numbers as a {@code tokenizer.json} says. The native tokenizer lives only as long as a call: opening it
 * is quick beside the many texts of a call, and nobody then has to close it. Safe for several threads.
 */
final class TextTokenizer {
    private final byte[] json;
    private final int maxTokens;
    private final long paddingId;

    /** @throws TaskDataException if this is no tokenizer, or there is no native library for this machine */
    TextTokenizer(byte[] json, int maxTokens) throws TaskDataException {
        this.json = json.clone();
        this.maxTokens = maxTokens;
        try (Tokenizer tokenizer = open()) {
            tokenizer.encode("a");
            paddingId = tokenizer.paddingId();
        } catch (TokenizerException e) {
            throw new TaskDataException(
                    String.valueOf(e.getMessage()), "Give the tokenizer.json that belongs to the model.", e);
        } catch (NativeLibraryException e) {
            throw new TaskDataException(String.valueOf(e.getMessage()), "", e);
        }
    }

    private Tokenizer open() {
        return Tokenizers.open(json, maxTokens);
    }

    /** What fills shorter rows of a batch. */
    long paddingId() {
        return paddingId;
    }

    /** The tokens of each text, with the special ones, without padding. */
    int[][] encode(List<String> texts) {
        int[][] tokens = new int[texts.size()][];
        try (Tokenizer tokenizer = open()) {
            for (int i = 0; i < tokens.length; i++) {
                String text = texts.get(i);
                // More characters than that cannot change what is left after cutting to so few tokens.
                String head = text.substring(0, Math.min(text.length(), Tokenizer.LONGEST_TEXT));
                tokens[i] = toInts(tokenizer.encode(head).ids());
            }
        }
        return tokens;
    }

    private static int[] toInts(long[] ids) {
        int[] ints = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ints[i] = Math.toIntExact(ids[i]);
        }
        return ints;
    }
}
