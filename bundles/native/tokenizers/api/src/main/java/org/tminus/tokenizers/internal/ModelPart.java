/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Checks how words are split into tokens, and reads the vocabulary. */
final class ModelPart {
    private static final int MOST_TOKENS = 2_000_000;
    private static final int LONGEST = 1000;

    /** The library compares every part of a word with the vocabulary, so long words cost the square of their length. */
    private static final int LONGEST_WORD = 200;

    private ModelPart() {}

    static ObjectNode check(JsonPart part, Vocabulary vocabulary) {
        String type = part.type();
        ObjectNode clean = JsonNodeFactory.instance.objectNode().put("type", type);
        switch (type) {
            case "WordPiece" -> wordPiece(part, clean, vocabulary);
            case "WordLevel" -> {
                vocabulary(part, clean, vocabulary);
                clean.put("unk_token", unknown(part, vocabulary));
            }
            case "BPE" -> bpe(part, clean, vocabulary);
            default -> throw part.unsupported("models", "WordPiece, WordLevel and BPE");
        }
        return clean;
    }

    private static void wordPiece(JsonPart part, ObjectNode clean, Vocabulary vocabulary) {
        JsonPart longest = part.get("max_input_chars_per_word");
        JsonPart prefix = part.get("continuing_subword_prefix");
        vocabulary(part, clean, vocabulary);
        clean.put("unk_token", unknown(part, vocabulary))
                .put("continuing_subword_prefix", prefix.isPresent() ? prefix.text(0, 16) : "##")
                .put("max_input_chars_per_word", longest.isPresent() ? longest.integer(1, LONGEST_WORD) : 100);
    }

    private static String unknown(JsonPart part, Vocabulary vocabulary) {
        String token = part.get("unk_token").text(1, LONGEST);
        if (!vocabulary.contains(token)) {
            throw part.get("unk_token").error("is not in the vocabulary");
        }
        return token;
    }

    private static void bpe(JsonPart part, ObjectNode clean, Vocabulary vocabulary) {
        JsonPart dropout = part.get("dropout");
        if (dropout.isPresent()) {
            throw dropout.error("is not supported: the same text would get other tokens each time");
        }
        vocabulary(part, clean, vocabulary);
        clean.putNull("dropout");
        if (part.get("unk_token").isPresent()) {
            clean.put("unk_token", unknown(part, vocabulary));
        } else {
            clean.putNull("unk_token");
        }
        String prefix =
                part.get("continuing_subword_prefix").optionalText(0, 16).orElse("");
        clean.put("continuing_subword_prefix", prefix.isEmpty() ? null : prefix)
                .put(
                        "end_of_word_suffix",
                        part.get("end_of_word_suffix").optionalText(1, 16).orElse(null))
                .put("fuse_unk", part.get("fuse_unk").bool(false))
                .put("byte_fallback", part.get("byte_fallback").bool(false))
                .put("ignore_merges", part.get("ignore_merges").bool(false));
        ArrayNode merges = clean.putArray("merges");
        for (JsonPart merge : part.get("merges").list(MOST_TOKENS)) {
            List<String> pair = pair(merge);
            String right = pair.get(1);
            if (!right.startsWith(prefix)) {
                throw merge.error("joins a token that does not begin with '" + prefix + "'");
            }
            String merged = pair.get(0) + right.substring(prefix.length());
            if (!vocabulary.contains(pair.get(0)) || !vocabulary.contains(right) || !vocabulary.contains(merged)) {
                throw merge.error("joins tokens, or to a token, that the vocabulary lacks");
            }
            merges.addArray().add(pair.get(0)).add(right);
        }
    }

    private static List<String> pair(JsonPart merge) {
        List<String> pair = merge.isList()
                ? merge.list(2).stream().map(each -> each.text(1, LONGEST)).toList()
                : List.of(merge.text(3, 2 * LONGEST).split(" ", -1));
        if (pair.size() != 2 || pair.get(0).isEmpty() || pair.get(1).isEmpty()) {
            throw merge.error("must be two tokens");
        }
        return pair;
    }

    private static void vocabulary(JsonPart part, ObjectNode clean, Vocabulary vocabulary) {
        ObjectNode copy = clean.putObject("vocab");
        for (Map.Entry<String, JsonPart> token :
                part.get("vocab").members(MOST_TOKENS).entrySet()) {
            long id = token.getValue().integer(0, Vocabulary.LARGEST_ID);
            if (token.getKey().isEmpty() || !vocabulary.add(token.getKey(), id)) {
                throw token.getValue().error("has no name, or the id of another token");
            }
            copy.put(token.getKey(), id);
        }
        if (copy.isEmpty()) {
            throw part.get("vocab").error("is empty");
        }
    }
}
