/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a command has to say: lines and tables for people, the same as JSON for programs. Not thread-safe. */
public final class Report {
    private final List<Object> parts = new ArrayList<>();
    private final Map<String, Object> json = new LinkedHashMap<>();

    /** Adds a line of text. */
    public Report line(String text) {
        parts.add(text);
        return this;
    }

    /** Adds a table; one without rows is left out. */
    public Report table(Table table) {
        if (!table.rows().isEmpty()) {
            parts.add(table);
        }
        return this;
    }

    /** Adds a member to the JSON form. */
    public Report json(String name, Object value) {
        json.put(name, value);
        return this;
    }

    public List<String> lines() {
        return parts.stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .toList();
    }

    public List<Table> tables() {
        return parts.stream()
                .filter(Table.class::isInstance)
                .map(Table.class::cast)
                .toList();
    }

    public Map<String, Object> json() {
        return Map.copyOf(json);
    }

    /** Prints one form or the other. */
    public void print(PrintStream out, boolean asJson) {
        if (asJson) {
            out.println(toJson());
            return;
        }
        for (Object part : parts) {
            if (part instanceof Table table) {
                table.print(out);
            } else {
                out.println(part);
            }
        }
    }

    private String toJson() {
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A report holds plain values only", e);
        }
    }
}
