/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One clause of a manifest header.
 *
 * @param names what stands before the parameters
 * @param attributes after {@code =}, types left out
 * @param directives after {@code :=}
 */
record Clause(List<String> names, Map<String, String> attributes, Map<String, String> directives) {
    /** The clauses of a header. */
    static List<Clause> parse(@Nullable String header) {
        List<Clause> clauses = new ArrayList<>();
        if (header == null) {
            return clauses;
        }
        for (String text : split(header, ',')) {
            clauses.add(clause(text));
        }
        return clauses;
    }

    private static Clause clause(String text) {
        List<String> names = new ArrayList<>();
        Map<String, String> attributes = new LinkedHashMap<>();
        Map<String, String> directives = new LinkedHashMap<>();
        for (String part : split(text, ';')) {
            int equals = unquoted(part, '=');
            if (equals < 0) {
                names.add(part.strip());
            } else if (part.charAt(equals - 1) == ':') {
                directives.put(part.substring(0, equals - 1).strip(), value(part, equals));
            } else {
                String key = part.substring(0, equals);
                int colon = key.indexOf(':');
                attributes.put((colon < 0 ? key : key.substring(0, colon)).strip(), value(part, equals));
            }
        }
        return new Clause(names, attributes, directives);
    }

    private static String value(String part, int equals) {
        String value = part.substring(equals + 1).strip();
        return value.startsWith("\"") && value.endsWith("\"") && value.length() > 1
                ? value.substring(1, value.length() - 1)
                : value;
    }

    private static int unquoted(String text, char wanted) {
        boolean quoted = false;
        for (int index = 0; index < text.length(); index++) {
            char character = text.charAt(index);
            quoted ^= character == '"';
            if (!quoted && character == wanted) {
                return index;
            }
        }
        return -1;
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        String rest = text;
        for (int at = unquoted(rest, separator); at >= 0; at = unquoted(rest, separator)) {
            parts.add(rest.substring(0, at));
            rest = rest.substring(at + 1);
        }
        parts.add(rest);
        parts.removeIf(String::isBlank);
        return parts;
    }
}
