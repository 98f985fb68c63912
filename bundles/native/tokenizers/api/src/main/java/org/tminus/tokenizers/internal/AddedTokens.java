/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.HashSet;
import java.util.Set;

/** Checks the tokens that are found in a text before anything else is done with it. */
final class AddedTokens {
    private static final int MOST = 100_000;
    private static final int LONGEST = 1000;

    private AddedTokens() {}

    static ArrayNode check(JsonPart part, Vocabulary vocabulary) {
        ArrayNode clean = JsonNodeFactory.instance.arrayNode();
        if (!part.isPresent()) {
            return clean;
        }
        Set<String> seen = new HashSet<>();
        for (JsonPart token : part.list(MOST)) {
            String content = token.get("content").text(1, LONGEST);
            long id = token.get("id").integer(0, Vocabulary.LARGEST_ID);
            boolean same = vocabulary.find(content).filter(known -> known == id).isPresent();
            if (!seen.add(content) || (!same && (vocabulary.contains(content) || !vocabulary.add(content, id)))) {
                throw token.error("gives a token or an id a second meaning");
            }
            clean.addObject()
                    .put("id", id)
                    .put("content", content)
                    .put("single_word", token.get("single_word").bool(false))
                    .put("lstrip", token.get("lstrip").bool(false))
                    .put("rstrip", token.get("rstrip").bool(false))
                    .put("normalized", token.get("normalized").bool(false))
                    .put("special", token.get("special").bool(false));
        }
        return clean;
    }
}
