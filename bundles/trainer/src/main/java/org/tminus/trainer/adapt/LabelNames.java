/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The names of a model's classes by number.
 *
 * @param used whether the labels of the data are used at all
 * @param names empty to take those of the data
 */
public record LabelNames(boolean used, List<String> names) {
    /** Classes as the data has them. */
    public static final LabelNames FROM_DATA = new LabelNames(true, List.of());
    /** No labels: the model's own answers are what is to be kept. */
    public static final LabelNames NONE = new LabelNames(false, List.of());

    private static final String FORMS =
            "Write a name per line in the order of the model's outputs, or a JSON list, or give a config.json with id2label.";

    /** Copies the list. */
    public LabelNames {
        names = List.copyOf(names);
    }

    /**
     * Reads a name per line, a JSON list, or {@code id2label} of a JSON object.
     *
     * @throws AdaptException if the file cannot be read, or does not hold two names or more, all different
     */
    public static LabelNames read(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file).strip();
        } catch (MalformedInputException e) {
            throw new AdaptException("The labels in " + file + " are not written in UTF-8. " + FORMS, e);
        } catch (IOException e) {
            throw new AdaptException("The labels in " + file + " cannot be read: " + e + ". " + FORMS, e);
        }
        List<String> names = text.startsWith("[") || text.startsWith("{")
                ? fromJson(text, file)
                : text.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
        if (names.size() < 2) {
            throw new AdaptException(
                    "There are " + names.size() + " labels in " + file + ", not two or more. " + FORMS);
        }
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new AdaptException(
                        "The label '" + name + "' is in " + file + " twice. Give each class its own name.");
            }
        }
        return new LabelNames(true, names);
    }

    private static List<String> fromJson(String text, Path file) throws IOException {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(text);
        } catch (JacksonException e) {
            throw new AdaptException(
                    "The labels in " + file + " are damaged: " + e.getOriginalMessage() + ". " + FORMS, e);
        }
        List<String> names = new ArrayList<>();
        if (root.isArray()) {
            root.forEach(name -> names.add(name.asText()));
            return names;
        }
        JsonNode byId = root.path("id2label");
        for (int id = 0; id < byId.size(); id++) {
            JsonNode name = byId.get(Integer.toString(id));
            if (name == null) {
                List<String> keys =
                        byId.properties().stream().map(Map.Entry::getKey).toList();
                throw new AdaptException(
                        "id2label in " + file + " has no name for class " + id + "; it has " + keys + ".");
            }
            names.add(name.asText());
        }
        return names;
    }
}
