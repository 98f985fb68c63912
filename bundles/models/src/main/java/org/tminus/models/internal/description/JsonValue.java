/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;

/** A value in a JSON entry that knows its place, so that every complaint names it. */
public final class JsonValue {
    private static final int SHOWN = 80;
    private static final int LONGEST_NAME = 1000;

    private final String entry;
    private final String path;
    private final @Nullable JsonNode node;

    JsonValue(String entry, String path, @Nullable JsonNode node) {
        this.entry = entry;
        this.path = path;
        this.node = node;
    }

    /** A member that may be missing or null; reading it then fails unless it is read through {@link #present()}. */
    JsonValue get(String member) throws ModelFormatException {
        return new JsonValue(entry, path + "." + member, object().get(member));
    }

    Optional<JsonValue> present() {
        return node == null || node.isNull() ? Optional.empty() : Optional.of(this);
    }

    Optional<JsonValue> find(String member) throws ModelFormatException {
        return get(member).present();
    }

    List<JsonValue> list(int most) throws ModelFormatException {
        JsonNode array = node;
        if (array == null || !array.isArray()) {
            throw expected("a list");
        }
        if (array.size() > most) {
            throw error("has " + array.size() + " elements, at most " + most + " are allowed");
        }
        List<JsonValue> values = new ArrayList<>();
        for (int index = 0; index < array.size(); index++) {
            values.add(new JsonValue(entry, path + "[" + index + "]", array.get(index)));
        }
        return values;
    }

    Map<String, JsonValue> members(int most) throws ModelFormatException {
        JsonNode object = object();
        if (object.size() > most) {
            throw error("has " + object.size() + " members, at most " + most + " are allowed");
        }
        Map<String, JsonValue> values = new LinkedHashMap<>();
        object.properties()
                .forEach(member -> values.put(
                        member.getKey(), new JsonValue(entry, path + "." + shown(member.getKey()), member.getValue())));
        return values;
    }

    /** Free text, possibly empty. */
    String text(int longest) throws ModelFormatException {
        if (node == null || !node.isTextual()) {
            throw expected("a string");
        }
        if (node.textValue().length() > longest) {
            throw error("has " + node.textValue().length() + " characters, at most " + longest + " are allowed");
        }
        return node.textValue();
    }

    /** The name of something: not empty, and without control characters. */
    String name() throws ModelFormatException {
        String name = text(LONGEST_NAME);
        if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
            throw error("must be a name, found '" + shown(name) + "'");
        }
        return name;
    }

    String oneOf(String... allowed) throws ModelFormatException {
        String value = text(LONGEST_NAME);
        if (!List.of(allowed).contains(value)) {
            throw error("must be one of " + String.join(", ", allowed) + ", found '" + shown(value) + "'");
        }
        return value;
    }

    boolean bool() throws ModelFormatException {
        if (node == null || !node.isBoolean()) {
            throw expected("true or false");
        }
        return node.booleanValue();
    }

    long integer(long least, long most) throws ModelFormatException {
        if (node == null || !node.isIntegralNumber()) {
            throw expected("an integer");
        }
        if (!node.canConvertToLong() || node.longValue() < least || node.longValue() > most) {
            String range = most == Long.MAX_VALUE ? "at least " + least : "from " + least + " to " + most;
            throw error("must be " + range + ", found " + shown(node.asText()));
        }
        return node.longValue();
    }

    /** A finite number. */
    double number(double least, double most) throws ModelFormatException {
        if (node == null || !node.isNumber()) {
            throw expected("a number");
        }
        double value = node.doubleValue();
        if (!Double.isFinite(value) || value < least || value > most) {
            String range = most == Double.MAX_VALUE
                    ? least == -Double.MAX_VALUE ? "finite" : "finite and at least " + least
                    : "from " + least + " to " + most;
            throw error("must be " + range + ", found " + shown(node.asText()));
        }
        return value;
    }

    boolean isText() {
        return node != null && node.isTextual();
    }

    /** A number, string or boolean, or a list of these; integers as Long and other numbers as Double. */
    Object parameter() throws ModelFormatException {
        JsonNode value = node;
        if (value != null && value.isArray()) {
            List<Object> values = new ArrayList<>();
            for (JsonValue element : list(10_000)) {
                if (element.node != null && element.node.isArray()) {
                    throw element.expected("a number, string or boolean");
                }
                values.add(element.parameter());
            }
            return List.copyOf(values);
        }
        if (value == null || !value.isValueNode() || value.isNull()) {
            throw expected("a number, string or boolean, or a list of these");
        }
        if (value.isTextual()) {
            return text(LONGEST_NAME);
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        return value.isIntegralNumber()
                ? (Object) integer(Long.MIN_VALUE, Long.MAX_VALUE)
                : (Object) number(-Double.MAX_VALUE, Double.MAX_VALUE);
    }

    ModelFormatException error(String what) {
        return FormatFailures.invalid(entry + ": " + path + " " + what + ".");
    }

    private JsonNode object() throws ModelFormatException {
        JsonNode object = node;
        if (object == null || !object.isObject()) {
            throw expected("an object");
        }
        return object;
    }

    private ModelFormatException expected(String what) {
        return node == null || node.isNull()
                ? error("is missing; it must be " + what)
                : error("must be " + what + ", found " + shown(node.toString()));
    }

    private static String shown(String text) {
        String clean = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        return clean.replaceAll("\\p{Cntrl}", "?");
    }
}
