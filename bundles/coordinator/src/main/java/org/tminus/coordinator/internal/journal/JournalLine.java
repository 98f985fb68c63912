/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.journal;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.JournalEntry;

/** An entry as one line of JSON: an object of texts, with an object of texts for the details. Stateless. */
final class JournalLine {
    private static final String DETAILS = "details";

    private JournalLine() {}

    static String write(JournalEntry entry) {
        StringBuilder line = new StringBuilder(200).append('{');
        member(line, "at", entry.at().toString());
        member(line.append(','), "kind", entry.kind());
        member(line.append(','), "subject", entry.subject());
        member(line.append(','), "text", entry.text());
        line.append(",\"").append(DETAILS).append("\":{");
        String separator = "";
        for (Map.Entry<String, String> detail : new TreeMap<>(entry.details()).entrySet()) {
            member(line.append(separator), detail.getKey(), detail.getValue());
            separator = ",";
        }
        return line.append("}}").toString();
    }

    private static void member(StringBuilder line, String name, String value) {
        text(line, name);
        line.append(':');
        text(line, value);
    }

    private static void text(StringBuilder line, String text) {
        line.append('"');
        for (int index = 0; index < text.length(); index++) {
            char character = text.charAt(index);
            if (character == '"' || character == '\\') {
                line.append('\\').append(character);
            } else if (character < ' ' || character == 0x7f || Character.isSurrogate(character)) {
                // Also half a pair, which no encoding of the file could hold.
                line.append(String.format("\\u%04x", (int) character));
            } else {
                line.append(character);
            }
        }
        line.append('"');
    }

    /** @return null if the line is damaged */
    static @Nullable JournalEntry read(String line) {
        try {
            return new Reader(line).entry();
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException damaged) {
            return null;
        }
    }

    /** Reads what {@link #write} writes, and the white space that people's tools may add. */
    private static final class Reader {
        private final String line;
        private int position;

        Reader(String line) {
            this.line = line;
        }

        JournalEntry entry() {
            Map<String, String> details = new HashMap<>();
            Map<String, String> members = object(details);
            if (next() != 0) {
                throw new IllegalArgumentException("Something follows the entry");
            }
            return new Entry(
                    Instant.parse(required(members, "at")),
                    required(members, "kind"),
                    required(members, "subject"),
                    required(members, "text"),
                    details);
        }

        private static String required(Map<String, String> members, String name) {
            String value = members.get(name);
            if (value == null) {
                throw new IllegalArgumentException("There is no " + name);
            }
            return value;
        }

        private Map<String, String> object(@Nullable Map<String, String> details) {
            Map<String, String> members = new HashMap<>();
            expect('{');
            if (next() == '}') {
                position++;
                return members;
            }
            for (; ; ) {
                String name = text();
                expect(':');
                if (details != null && name.equals(DETAILS)) {
                    details.putAll(object(null));
                } else {
                    members.put(name, text());
                }
                if (next() != ',') {
                    expect('}');
                    return members;
                }
                position++;
            }
        }

        private String text() {
            expect('"');
            StringBuilder text = new StringBuilder();
            for (; ; ) {
                char character = line.charAt(position++);
                if (character == '"') {
                    return text.toString();
                }
                text.append(character == '\\' ? escaped() : character);
            }
        }

        private char escaped() {
            char character = line.charAt(position++);
            return switch (character) {
                case '"', '\\', '/' -> character;
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> {
                    position += 4;
                    yield (char) Integer.parseInt(line, position - 4, position, 16);
                }
                default -> throw new IllegalArgumentException("There is no escape " + character);
            };
        }

        /** The next character that is no white space, which is not passed; 0 at the end. */
        private char next() {
            while (position < line.length() && Character.isWhitespace(line.charAt(position))) {
                position++;
            }
            return position < line.length() ? line.charAt(position) : 0;
        }

        private void expect(char wanted) {
            if (next() != wanted) {
                throw new IllegalArgumentException("Expected " + wanted);
            }
            position++;
        }
    }
}
