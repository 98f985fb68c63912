/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a JSON object from each line; empty lines do not count. */
public final class JsonLines {
    interface Receiver {
        void take(int line, JsonNode object) throws TaskDataException;
    }

    private static final int LONGEST = 1 << 26;

    private final InputStream in;
    private final ObjectMapper mapper;
    private int number;

    private JsonLines(InputStream in, ObjectMapper mapper) {
        this.in = in;
        this.mapper = mapper;
    }

    /**
     * The first object of a file; what follows is not read.
     *
     * @return empty if there is none
     * @throws IOException if the file cannot be read
     * @throws TaskDataException if its line is too long, not written in UTF-8, or no JSON object
     */
    public static Optional<JsonNode> first(Path file) throws IOException, TaskDataException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            // Numbers that are none are refused later, as what they are.
            return Optional.ofNullable(new JsonLines(in, withOddNumbers()).next());
        }
    }

    /** NaN and Infinity are no JSON, but programs write them. */
    static ObjectMapper withOddNumbers() {
        return JsonMapper.builder()
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .build();
    }

    static void read(InputStream in, ObjectMapper mapper, Receiver receiver) throws IOException, TaskDataException {
        JsonLines lines = new JsonLines(in, mapper);
        for (JsonNode object = lines.next(); object != null; object = lines.next()) {
            receiver.take(lines.number, object);
        }
    }

    /** Null at the end of the file. */
    private @Nullable JsonNode next() throws IOException, TaskDataException {
        for (byte[] line = line(in, number + 1); line != null; line = line(in, number + 1)) {
            number++;
            String content = text(line, number);
            if (number == 1 && content.startsWith("\uFEFF")) {
                content = content.substring(1);
            }
            if (!content.isBlank()) {
                return object(content);
            }
        }
        return null;
    }

    private JsonNode object(String content) throws TaskDataException {
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
        return object;
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
