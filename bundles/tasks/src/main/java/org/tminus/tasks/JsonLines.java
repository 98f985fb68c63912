/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Reads a JSON object from each line; empty lines do not count. */
final class JsonLines {
    interface Receiver {
        void take(int line, JsonNode object) throws TaskDataException;
    }

    private JsonLines() {}

    static void read(InputStream in, ObjectMapper mapper, Receiver receiver) throws IOException, TaskDataException {
        // Strict: a text with replacement characters in it would be learned as it stands.
        BufferedReader reader = new BufferedReader(new InputStreamReader(
                in,
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)));
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            String content = number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
            if (content.isBlank()) {
                continue;
            }
            JsonNode object;
            try {
                object = mapper.readTree(content);
            } catch (JacksonException e) {
                throw new TaskDataException(
                        "Line " + number + " is no JSON: " + e.getOriginalMessage() + ".",
                        "Write one JSON object in each line.",
                        e);
            }
            if (!object.isObject()) {
                throw new TaskDataException(
                        "Line " + number + " is no JSON object.", "Write one JSON object in each line.");
            }
            receiver.take(number, object);
        }
    }
}
