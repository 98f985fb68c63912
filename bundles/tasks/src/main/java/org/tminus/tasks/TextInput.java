/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.Optional;

/**
 * What a model takes for a text: int64 tensors [batch, longest of the batch].
 *
 * @param ids name of the input for the numbers of the tokens
 * @param mask name of the input that is 1 for tokens and 0 for padding; empty if the model has none
 * @param types name of the input for segment numbers, always 0 here; empty if the model has none
 * @param maxTokens what is longer is cut off, at least 2
 */
public record TextInput(String ids, Optional<String> mask, Optional<String> types, int maxTokens) {
    /** What encoders of BERT's kind take; at most 64 tokens. */
    public static final TextInput BERT =
            new TextInput("input_ids", Optional.of("attention_mask"), Optional.of("token_type_ids"), 64);

    /** @throws IllegalArgumentException if {@code maxTokens} is below 2 */
    public TextInput {
        if (maxTokens < 2) {
            throw new IllegalArgumentException("A text has at least 2 tokens, not " + maxTokens);
        }
    }
}
