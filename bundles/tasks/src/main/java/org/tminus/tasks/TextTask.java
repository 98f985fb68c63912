/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;

/** Makes a task of texts that are split already. */
final class TextTask {
    private TextTask() {}

    static TaskData of(
            TaskData.Description description, Map<Split, List<TextRow>> splits, byte[] tokenizerJson, TextInput input)
            throws TaskDataException {
        TextTokenizer tokenizer = new TextTokenizer(tokenizerJson, input.maxTokens());
        // Tokenised when a split is first opened, and only once.
        Map<Split, Examples> opened = new ConcurrentHashMap<>();
        return new TaskData(
                description,
                split -> opened.computeIfAbsent(
                        split, s -> new EncodedTexts(Objects.requireNonNull(splits.get(s)), tokenizer, input)));
    }
}
