/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Keeps the last good properties of each PID in a file, so that they are in force after a restart too. Thread-safe. */
public final class ConfigurationStore {
    /** A character that no PID holds. */
    private static final char SEPARATOR = '|';

    private final PropertiesFile file;

    /** @param file null where the framework has no storage: nothing outlives a restart then */
    public ConfigurationStore(@Nullable Path file) {
        this.file = new PropertiesFile(file, "the last good configuration");
    }

    /** The last good properties, as texts; empty if there are none. */
    public synchronized Map<String, Object> load(String pid) {
        Map<String, Object> found = new HashMap<>();
        String prefix = pid + SEPARATOR;
        file.read().forEach((key, value) -> {
            if (key.toString().startsWith(prefix)) {
                found.put(key.toString().substring(prefix.length()), value);
            }
        });
        return found;
    }

    public synchronized void save(String pid, Map<String, Object> properties) {
        Properties all = file.read();
        all.keySet().removeIf(key -> key.toString().startsWith(pid + SEPARATOR));
        properties.forEach((key, value) -> {
            if (isScalar(value)) {
                all.setProperty(pid + SEPARATOR + key, value.toString());
            }
        });
        file.write(all);
    }

    public synchronized void remove(String pid) {
        save(pid, Map.of());
    }

    private static boolean isScalar(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean;
    }
}
