/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.tminus.tokenizers.TokenizerException;

/**
 * A {@code tokenizer.json} that native code may see: written anew from what was read and checked, member by member,
 * because the library ends the process on some files that it does not expect.
 *
 * @param json the file as the library gets it
 * @param paddingId what fills shorter rows
 */
record TokenizerFile(String json, long paddingId) {
    private static final int LARGEST = 64 << 20;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(50)
                            .maxNumberLength(100)
                            .maxNameLength(10_000)
                            .maxStringLength(1 << 20)
                            .maxTokenCount(20_000_000)
                            .build())
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** @throws TokenizerException with what is wrong and where, or which part is not supported */
    static TokenizerFile check(byte[] content) {
        if (content.length > LARGEST) {
            throw new TokenizerException("tokenizer.json has " + content.length + " bytes, more than " + LARGEST + ".");
        }
        JsonPart root = new JsonPart("$", parse(content));
        ObjectNode clean = MAPPER.createObjectNode();
        clean.put("version", "1.0");
        clean.putNull("truncation");
        clean.putNull("padding");
        Vocabulary vocabulary = new Vocabulary();
        ObjectNode model = ModelPart.check(root.get("model"), vocabulary);
        clean.set("added_tokens", AddedTokens.check(root.get("added_tokens"), vocabulary));
        clean.set("normalizer", Normalizers.check(root.get("normalizer")));
        clean.set("pre_tokenizer", PreTokenizers.check(root.get("pre_tokenizer")));
        clean.set("post_processor", PostProcessors.check(root.get("post_processor")));
        clean.putNull("decoder");
        clean.set("model", model);
        refuseLeft(root.get("truncation"));
        refuseLeft(root.get("padding"));
        try {
            return new TokenizerFile(MAPPER.writeValueAsString(clean), paddingId(root.get("padding"), vocabulary));
        } catch (JsonProcessingException e) {
            throw new TokenizerException("tokenizer.json cannot be prepared: " + e.getOriginalMessage() + ".", e);
        }
    }

    private static JsonNode parse(byte[] content) {
        try (JsonParser parser = MAPPER.createParser(content)) {
            JsonNode node = MAPPER.readTree(parser);
            if (node == null || node.isMissingNode()) {
                throw new TokenizerException("tokenizer.json is empty.");
            }
            return node;
        } catch (JsonProcessingException e) {
            String said = e.getOriginalMessage();
            throw new TokenizerException(
                    "tokenizer.json is not acceptable JSON: "
                            + (said.length() > 200 ? said.substring(0, 200) + "..." : said) + ".",
                    e);
        } catch (IOException e) {
            throw new TokenizerException("tokenizer.json cannot be read: " + e + ".", e);
        }
    }

    private static void refuseLeft(JsonPart settings) {
        if (settings.isPresent() && settings.get("direction").isText("Left")) {
            throw settings.get("direction").error("is 'Left', which is not supported; it works on the right side only");
        }
    }

    private static long paddingId(JsonPart padding, Vocabulary vocabulary) {
        if (padding.isPresent() && padding.get("pad_id").isPresent()) {
            return padding.get("pad_id").integer(0, Vocabulary.LARGEST_ID);
        }
        return vocabulary.find("[PAD]").or(() -> vocabulary.find("<pad>")).orElse(0L);
    }
}
