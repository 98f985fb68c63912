/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.tminus.tasks.JsonLines;
import org.tminus.tasks.TaskDataException;

/** What people's data is made of. */
enum DataKind {
    PICTURES("pictures"),
    TEXTS("texts"),
    TENSORS("raw tensors");

    private static final String FORMS =
            "Give a folder with a folder of pictures per class, a .csv, .tsv or .jsonl file of texts, or a .jsonl file with"
                    + " the model's inputs as numbers.";

    private final String words;

    DataKind(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /**
     * Decides by what is given.
     *
     * @param inputs names of the model's inputs: lines that have them all are tensors
     * @throws AdaptException if it is none of the known forms
     */
    static DataKind of(Path data, List<String> inputs, String textColumn) throws IOException {
        if (Files.isDirectory(data)) {
            return PICTURES;
        }
        if (!Files.isRegularFile(data)) {
            throw new AdaptException("There is no file or folder " + data + ". " + FORMS);
        }
        if (Files.size(data) == 0) {
            throw new AdaptException("The file " + data + " is empty. " + FORMS);
        }
        String name = String.valueOf(data.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".csv") || name.endsWith(".tsv")) {
            return TEXTS;
        }
        if (!name.endsWith(".jsonl") && !name.endsWith(".ndjson")) {
            throw new AdaptException("The ending of " + data + " does not say what is in it. " + FORMS);
        }
        JsonNode first = firstLine(data);
        if (inputs.stream().allMatch(first::has)) {
            return TENSORS;
        }
        if (first.path(textColumn).isTextual()) {
            return TEXTS;
        }
        throw new AdaptException(
                "The first line of " + data + " has neither all inputs of the model (" + String.join(", ", inputs)
                        + ") nor a text named '" + textColumn
                        + "'. Name the member with the text by --text-column, or write the"
                        + " inputs as numbers.");
    }

    private static JsonNode firstLine(Path data) throws IOException {
        try {
            return JsonLines.first(data)
                    .orElseThrow(() -> new AdaptException("There is no example in " + data + ". " + FORMS));
        } catch (TaskDataException e) {
            throw new AdaptException(data + ": " + e.getMessage() + " " + e.advice() + " " + FORMS, e);
        }
    }
}
