/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Set;

/**
 * Checks what texts are split or replaced by. Regular expressions can be made to run for ever on a short text, so only
 * those of common tokenizers are accepted.
 */
final class Patterns {
    private static final Set<String> KNOWN = Set.of(
            "\\s+",
            // GPT-2 and its relatives
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            // CLIP
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
            "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
            // Llama 3, and Qwen
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");

    private Patterns() {}

    static JsonNode check(JsonPart part) {
        JsonPart regex = part.get("Regex");
        if (!regex.isPresent()) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("String", part.get("String").text(1, 64));
        }
        String expression = regex.text(1, 1000);
        if (!KNOWN.contains(expression)) {
            throw regex.error("is a regular expression that is not among the known ones");
        }
        return JsonNodeFactory.instance.objectNode().put("Regex", expression);
    }
}
