/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.Version;
import org.tminus.inference.ConfigurationProblem;

/** Reads the values of one configuration and collects what is wrong with them. Not thread-safe. */
final class PropertyReader {
    private final String pid;
    private final Map<String, Object> properties;
    private final Set<String> known = new TreeSet<>();
    private final List<ConfigurationProblem> problems = new ArrayList<>();
    private boolean refused;

    PropertyReader(String pid, Map<String, Object> properties) {
        this.pid = pid;
        this.properties = properties;
    }

    @Nullable
    String text(String key) {
        Object value = value(key);
        if (value == null || value.toString().isBlank()) {
            return null;
        }
        if (value instanceof String text) {
            return text.strip();
        }
        refuse(key, value, "a text");
        return null;
    }

    @Nullable
    Filter filter(String key) {
        String text = text(key);
        if (text == null) {
            return null;
        }
        try {
            return FrameworkUtil.createFilter(text);
        } catch (InvalidSyntaxException e) {
            refuse(key, text, "an LDAP filter such as (tminus.name=full); " + e.getMessage());
            return null;
        }
    }

    /** One of a few words. */
    String choice(String key, String absent, List<String> words) {
        String text = text(key);
        if (text == null && !absent.isEmpty()) {
            return absent;
        }
        if (text == null || !words.contains(text)) {
            refuse(key, text == null ? "" : text, "one of " + String.join(", ", words));
            return absent;
        }
        return text;
    }

    @Nullable
    Version version(String key) {
        Object value = value(key);
        if (value == null || value.toString().isBlank()) {
            return null;
        }
        try {
            return Version.parseVersion(value.toString());
        } catch (IllegalArgumentException e) {
            refuse(key, value, "a version such as 1.2.0");
            return null;
        }
    }

    boolean flag(String key) {
        Object value = value(key);
        String text = value == null ? "" : value.toString().strip().toLowerCase(Locale.ROOT);
        if (!text.isEmpty() && !text.equals("true") && !text.equals("false")) {
            refuse(key, value, "true or false");
        }
        return text.equals("true");
    }

    long integer(String key, long absent, long least, long most) {
        Long number = optionalInteger(key, least, most);
        return number == null ? absent : number;
    }

    @Nullable
    Long optionalInteger(String key, long least, long most) {
        Object value = value(key);
        if (value == null || value.toString().isBlank()) {
            return null;
        }
        try {
            long number = Long.parseLong(value.toString().strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number out of range.
        }
        refuse(key, value, "a whole number from " + least + " to " + most);
        return null;
    }

    /** A number above {@code least} and at most {@code most}. */
    @Nullable
    Double optionalNumber(String key, double least, double most) {
        Object value = value(key);
        if (value == null || value.toString().isBlank()) {
            return null;
        }
        try {
            double number = Double.parseDouble(value.toString().strip());
            if (number > least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number out of range.
        }
        refuse(key, value, "a number above " + least + " and at most " + most);
        return null;
    }

    /** A number from 0 to 1. */
    @Nullable
    Double optionalShare(String key) {
        Object value = value(key);
        return value == null || value.toString().isBlank() ? null : Double.valueOf(number(key, 0, 0, 1));
    }

    /** A number from {@code least} to {@code most}. */
    double number(String key, double absent, double least, double most) {
        Object value = value(key);
        if (value == null || value.toString().isBlank()) {
            return absent;
        }
        try {
            double number = Double.parseDouble(value.toString().strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below, like a number out of range.
        }
        refuse(key, value, "a number from " + least + " to " + most);
        return absent;
    }

    /**
     * Reports keys that nobody has asked for. They are ignored, not refused: a newer tool may have written them.
     *
     * @param open which keys with a dot are known, for people
     */
    void checkUnknown(String... open) {
        known.addAll(List.of(open));
        for (Map.Entry<String, Object> property : properties.entrySet()) {
            String key = property.getKey();
            // Keys with a dot belong to the framework and its tools: service.pid, component.name,
            // felix.fileinstall.filename.
            if (!known.contains(key) && key.indexOf('.') < 0) {
                problems.add(new ConfigurationProblem(
                        pid,
                        key,
                        String.valueOf(property.getValue()),
                        "another key, since this one is unknown; known are " + String.join(", ", known)));
            }
        }
    }

    void refuse(String key, @Nullable Object value, String expected) {
        refused = true;
        problems.add(new ConfigurationProblem(pid, key, String.valueOf(value), expected));
    }

    boolean isRefused() {
        return refused;
    }

    List<ConfigurationProblem> problems() {
        return List.copyOf(problems);
    }

    private @Nullable Object value(String key) {
        known.add(key);
        return properties.get(key);
    }
}
