/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks which tokens are put around those of a text. */
final class PostProcessors {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MOST = 32;
    private static final int DEEPEST = 2;
    private static final int LONGEST = 1000;
    private static final long LARGEST_TYPE = 255;

    private PostProcessors() {}

    static JsonNode check(JsonPart part) {
        return part.isPresent() ? check(part, 0) : NODES.nullNode();
    }

    private static ObjectNode check(JsonPart part, int depth) {
        String type = part.type();
        ObjectNode clean = NODES.objectNode().put("type", type);
        switch (type) {
            case "TemplateProcessing" -> template(part, clean);
            case "BertProcessing" -> ends(part, clean);
            case "RobertaProcessing" -> {
                ends(part, clean);
                clean.put("trim_offsets", part.get("trim_offsets").bool(true));
                clean.put("add_prefix_space", part.get("add_prefix_space").bool(true));
            }
            case "ByteLevel" -> PreTokenizers.byteLevel(part, clean);
            case "Sequence" -> {
                if (depth == DEEPEST) {
                    throw part.error("is nested too deeply");
                }
                ArrayNode all = clean.putArray("processors");
                part.get("processors").list(MOST).forEach(each -> all.add(check(each, depth + 1)));
            }
            default ->
                throw part.unsupported(
                        "post-processors",
                        "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel and Sequence");
        }
        return clean;
    }

    private static void ends(JsonPart part, ObjectNode clean) {
        for (String member : List.of("sep", "cls")) {
            List<JsonPart> pair = part.get(member).list(2);
            if (pair.size() != 2) {
                throw part.get(member).error("must be a token and its id");
            }
            clean.putArray(member)
                    .add(pair.get(0).text(1, LONGEST))
                    .add(pair.get(1).integer(0, Vocabulary.LARGEST_ID));
        }
    }

    private static void template(JsonPart part, ObjectNode clean) {
        Set<String> known = specialTokens(part.get("special_tokens"), clean.putObject("special_tokens"));
        ArrayNode single = clean.putArray("single");
        int texts = 0;
        for (JsonPart piece : part.get("single").list(MOST)) {
            JsonPart token = piece.get("SpecialToken");
            if (token.isPresent()) {
                String id = token.get("id").text(1, LONGEST);
                if (!known.contains(id)) {
                    throw token.get("id").error("is not among the special tokens");
                }
                single.addObject()
                        .putObject("SpecialToken")
                        .put("id", id)
                        .put("type_id", token.get("type_id").integer(0, LARGEST_TYPE));
            } else {
                JsonPart text = piece.get("Sequence");
                text.get("id").oneOf(List.of("A"));
                single.add(sequence("A", text.get("type_id").integer(0, LARGEST_TYPE)));
                texts++;
            }
        }
        if (texts != 1) {
            throw part.get("single").error("must hold the text once, found it " + texts + " times");
        }
        // Pairs of texts are not offered, but the library wants to know how they would look.
        clean.putArray("pair").add(sequence("A", 0)).add(sequence("B", 1));
    }

    private static ObjectNode sequence(String id, long type) {
        ObjectNode piece = NODES.objectNode();
        piece.putObject("Sequence").put("id", id).put("type_id", type);
        return piece;
    }

    private static Set<String> specialTokens(JsonPart part, ObjectNode clean) {
        Set<String> known = new HashSet<>();
        for (Map.Entry<String, JsonPart> member : part.members(1000).entrySet()) {
            JsonPart token = member.getValue();
            ObjectNode copy = clean.putObject(member.getKey());
            copy.put("id", member.getKey());
            ArrayNode ids = copy.putArray("ids");
            token.get("ids").list(MOST).forEach(id -> ids.add(id.integer(0, Vocabulary.LARGEST_ID)));
            ArrayNode tokens = copy.putArray("tokens");
            token.get("tokens").list(MOST).forEach(each -> tokens.add(each.text(1, LONGEST)));
            if (ids.isEmpty() || ids.size() != tokens.size()) {
                throw token.error("must have as many tokens as ids, and at least one");
            }
            known.add(member.getKey());
        }
        return known;
    }
}
