/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Checks how texts are split into words. */
final class PreTokenizers {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> BEHAVIOURS =
            List.of("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");
    private static final int MOST = 32;
    private static final int DEEPEST = 4;

    private PreTokenizers() {}

    static JsonNode check(JsonPart part) {
        return part.isPresent() ? check(part, 0) : NODES.nullNode();
    }

    private static ObjectNode check(JsonPart part, int depth) {
        String type = part.type();
        ObjectNode clean = NODES.objectNode().put("type", type);
        switch (type) {
            case "BertPreTokenizer", "Whitespace", "WhitespaceSplit" -> {}
            case "ByteLevel" -> byteLevel(part, clean);
            case "Digits" ->
                clean.put("individual_digits", part.get("individual_digits").bool(false));
            case "Punctuation" -> {
                JsonPart behaviour = part.get("behavior");
                clean.put("behavior", behaviour.isPresent() ? behaviour.oneOf(BEHAVIOURS) : "Isolated");
            }
            case "Split" -> {
                clean.set("pattern", Patterns.check(part.get("pattern")));
                clean.put("behavior", part.get("behavior").oneOf(BEHAVIOURS));
                clean.put("invert", part.get("invert").bool(false));
            }
            case "Sequence" -> {
                if (depth == DEEPEST) {
                    throw part.error("is nested too deeply");
                }
                ArrayNode all = clean.putArray("pretokenizers");
                part.get("pretokenizers").list(MOST).forEach(each -> all.add(check(each, depth + 1)));
            }
            default ->
                throw part.unsupported(
                        "pre-tokenizers",
                        "BertPreTokenizer, Whitespace, WhitespaceSplit, ByteLevel, Digits, Punctuation, Split and"
                                + " Sequence");
        }
        return clean;
    }

    static void byteLevel(JsonPart part, ObjectNode clean) {
        clean.put("add_prefix_space", part.get("add_prefix_space").bool(true));
        clean.put("trim_offsets", part.get("trim_offsets").bool(true));
        clean.put("use_regex", part.get("use_regex").bool(true));
    }
}
