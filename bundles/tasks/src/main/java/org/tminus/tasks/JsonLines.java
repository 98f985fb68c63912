/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads a JSON object from each line; empty lines do not count. */
final class JsonLines {
    interface Receiver {
        void take(int line, JsonNode object) throws TaskDataException;
    }

    private static final int LONGEST = 1 << 26;

    private JsonLines() {}

    static void read(InputStream in, ObjectMapper mapper, Receiver receiver) throws IOException, TaskDataException {
        int number = 0;
        for (byte[] line = line(in, 1); line != null; line = line(in, number + 1)) {
            number++;
            String content = text(line, number);
            if (number == 1 && content.startsWith("\uFEFF")) {
                content = content.substring(1);
            }
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

    /** Without its end; null at the end of the file. */
    private static byte @Nullable [] line(InputStream in, int number) throws IOException, TaskDataException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = first; next >= 0 && next != '\n'; next = in.read()) {
            if (line.size() == LONGEST) {
                throw new TaskDataException(
                        "Line " + number + " is longer than " + (LONGEST >> 20) + " MiB.",
                        "Write one example in each line, each ended by a line end.");
            }
            line.write(next);
        }
        return line.toByteArray();
    }

    private static String text(byte[] line, int number) throws TaskDataException {
        try {
            // Strict: a text with replacement characters in it would be learned as it stands.
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(line))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new TaskDataException("Line " + number + " is not written in UTF-8.", "Save the file in UTF-8.", e);
        }
    }
}
