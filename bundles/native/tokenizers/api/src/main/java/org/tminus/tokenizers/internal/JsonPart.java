/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.tokenizers.TokenizerException;

/** A part of the file that knows its place, so that every complaint names it. */
final class JsonPart {
    private static final int SHOWN = 80;

    private final String path;
    private final @Nullable JsonNode node;

    JsonPart(String path, @Nullable JsonNode node) {
        this.path = path;
        this.node = node;
    }

    JsonPart get(String member) {
        return new JsonPart(path + "." + member, object().get(member));
    }

    boolean isPresent() {
        return node != null && !node.isNull();
    }

    boolean isText(String expected) {
        return node != null && node.isTextual() && node.textValue().equals(expected);
    }

    boolean isList() {
        return node != null && node.isArray();
    }

    List<JsonPart> list(int most) {
        JsonNode array = node;
        if (array == null || !array.isArray()) {
            throw expected("a list");
        }
        if (array.size() > most) {
            throw error("has " + array.size() + " elements, at most " + most + " are allowed");
        }
        List<JsonPart> parts = new ArrayList<>(array.size());
        for (int index = 0; index < array.size(); index++) {
            parts.add(new JsonPart(path + "[" + index + "]", array.get(index)));
        }
        return parts;
    }

    Map<String, JsonPart> members(int most) {
        JsonNode object = object();
        if (object.size() > most) {
            throw error("has " + object.size() + " members, at most " + most + " are allowed");
        }
        Map<String, JsonPart> parts = new LinkedHashMap<>();
        object.properties()
                .forEach(member -> parts.put(
                        wellFormed(member.getKey()),
                        new JsonPart(path + "['" + shown(member.getKey()) + "']", member.getValue())));
        return parts;
    }

    /** Text of well-formed Unicode. */
    String text(int least, int most) {
        if (node == null || !node.isTextual()) {
            throw expected("a string");
        }
        String text = node.textValue();
        if (text.length() < least || text.length() > most) {
            throw error("must have " + least + " to " + most + " characters, found " + text.length());
        }
        return wellFormed(text);
    }

    Optional<String> optionalText(int least, int most) {
        return isPresent() ? Optional.of(text(least, most)) : Optional.empty();
    }

    boolean bool(boolean otherwise) {
        if (!isPresent()) {
            return otherwise;
        }
        if (node == null || !node.isBoolean()) {
            throw expected("true or false");
        }
        return node.booleanValue();
    }

    long integer(long least, long most) {
        if (node == null || !node.isIntegralNumber()) {
            throw expected("an integer");
        }
        if (!node.canConvertToLong() || node.longValue() < least || node.longValue() > most) {
            throw error("must be from " + least + " to " + most + ", found " + shown(node.asText()));
        }
        return node.longValue();
    }

    String oneOf(List<String> allowed) {
        String value = text(0, 1000);
        if (!allowed.contains(value)) {
            throw error("must be one of " + String.join(", ", allowed) + ", found '" + shown(value) + "'");
        }
        return value;
    }

    /** The member "type", for choosing what to do with the part. */
    String type() {
        return get("type").text(1, 1000);
    }

    TokenizerException unsupported(String what, String known) {
        return error(
                "is of the type '" + shown(type()) + "'; " + what + " of this type are not supported, only " + known);
    }

    TokenizerException error(String what) {
        return new TokenizerException("tokenizer.json: " + path + " " + what + ".");
    }

    private JsonNode object() {
        JsonNode object = node;
        if (object == null || !object.isObject()) {
            throw expected("an object");
        }
        return object;
    }

    private TokenizerException expected(String what) {
        return node == null || node.isNull()
                ? error("is missing; it must be " + what)
                : error("must be " + what + ", found " + shown(node.toString()));
    }

    private String wellFormed(String text) {
        for (int at = 0; at < text.length(); at++) {
            char unit = text.charAt(at);
            if (Character.isHighSurrogate(unit)
                    && at + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(at + 1))) {
                at++;
            } else if (Character.isSurrogate(unit)) {
                throw error("holds half a character (a lone surrogate)");
            }
        }
        return text;
    }

    private static String shown(String text) {
        String clean = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        return clean.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
    }
}
