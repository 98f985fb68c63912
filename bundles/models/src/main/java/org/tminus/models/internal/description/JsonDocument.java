/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.tminus.failure.ModelFormatException;

/** Parses JSON that nobody vouches for, in bounded time and memory. */
public final class JsonDocument {
    private static final int DEEPEST = 50;
    private static final int LONGEST_NUMBER = 100;
    private static final int LONGEST_NAME = 1000;
    private static final int MOST_TOKENS = 1_000_000;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxNumberLength(LONGEST_NUMBER)
                            .maxNameLength(LONGEST_NAME)
                            .maxTokenCount(MOST_TOKENS)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonDocument() {}

    /**
     * @param entry the entry's name, for messages
     * @throws ModelFormatException if it is no JSON, nested too deeply, or has a member twice
     */
    public static JsonValue parse(String entry, byte[] content) throws ModelFormatException {
        return new JsonValue(entry, "$", node(entry, content));
    }

    static JsonNode node(String entry, byte[] content) throws ModelFormatException {
        try (JsonParser parser = MAPPER.createParser(content)) {
            JsonNode node = MAPPER.readTree(parser);
            if (node == null || node.isMissingNode()) {
                throw FormatFailures.invalid(entry + " is empty.");
            }
            return node;
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            throw new ModelFormatException(
                    entry + " is not acceptable JSON: " + shortened(e.getOriginalMessage()) + where + ".",
                    "Correct it in the tool that made the file; the rules are in docs/model-format.md.",
                    e);
        } catch (IOException e) {
            throw FormatFailures.damaged(entry + " cannot be read: " + e + ".", e);
        }
    }

    static byte[] write(JsonNode node) throws IOException {
        return (MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node).replace("\r\n", "\n") + "\n")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }
}
