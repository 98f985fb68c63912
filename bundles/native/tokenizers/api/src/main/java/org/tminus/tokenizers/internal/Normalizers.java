/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Checks how texts are normalised. */
final class Normalizers {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MOST = 32;
    private static final int DEEPEST = 4;

    private Normalizers() {}

    static JsonNode check(JsonPart part) {
        return part.isPresent() ? check(part, 0) : NODES.nullNode();
    }

    private static ObjectNode check(JsonPart part, int depth) {
        String type = part.type();
        ObjectNode clean = NODES.objectNode().put("type", type);
        switch (type) {
            case "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents" -> {}
            case "BertNormalizer" -> bert(part, clean);
            case "Strip" -> {
                clean.put("strip_left", part.get("strip_left").bool(true));
                clean.put("strip_right", part.get("strip_right").bool(true));
            }
            case "Replace" -> replace(part, clean);
            case "Prepend" -> clean.put("prepend", part.get("prepend").text(1, 16));
            case "Sequence" -> {
                JsonPart parts = part.get("normalizers");
                if (depth == DEEPEST) {
                    throw part.error("is nested too deeply");
                }
                ArrayNode all = clean.putArray("normalizers");
                parts.list(MOST).forEach(each -> all.add(check(each, depth + 1)));
            }
            default ->
                throw part.unsupported(
                        "normalizers",
                        "BertNormalizer, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Replace, Prepend and"
                                + " Sequence");
        }
        return clean;
    }

    private static void bert(JsonPart part, ObjectNode clean) {
        clean.put("clean_text", part.get("clean_text").bool(true));
        clean.put("handle_chinese_chars", part.get("handle_chinese_chars").bool(true));
        boolean lowercase = part.get("lowercase").bool(true);
        JsonPart accents = part.get("strip_accents");
        if (accents.isPresent()) {
            clean.put("strip_accents", accents.bool(lowercase));
        } else {
            clean.putNull("strip_accents");
        }
        clean.put("lowercase", lowercase);
    }

    /** A replacement longer than what it replaces, repeated, would make a short text fill the memory. */
    private static void replace(JsonPart part, ObjectNode clean) {
        JsonNode pattern = Patterns.check(part.get("pattern"));
        int least = pattern.has("String")
                ? pattern.get("String").textValue().codePoints().toArray().length
                : 1;
        String content = part.get("content").text(0, 64);
        if (content.codePointCount(0, content.length()) > least) {
            throw part.get("content").error("is longer than what it replaces, which is not supported");
        }
        clean.set("pattern", pattern);
        clean.put("content", content);
    }
}
