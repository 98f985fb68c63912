/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the last good properties of each PID in a file, so that they are in force after a restart too. Thread-safe. */
public final class ConfigurationStore {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationStore.class);
    /** A character that no PID holds. */
    private static final char SEPARATOR = '|';

    private final @Nullable Path file;

    /** @param file null where the framework has no storage: nothing outlives a restart then */
    public ConfigurationStore(@Nullable Path file) {
        this.file = file;
    }

    /** The last good properties, as texts; empty if there are none. */
    public synchronized Map<String, Object> load(String pid) {
        Map<String, Object> found = new HashMap<>();
        String prefix = pid + SEPARATOR;
        read().forEach((key, value) -> {
            if (key.toString().startsWith(prefix)) {
                found.put(key.toString().substring(prefix.length()), value);
            }
        });
        return found;
    }

    public synchronized void save(String pid, Map<String, Object> properties) {
        Properties all = read();
        all.keySet().removeIf(key -> key.toString().startsWith(pid + SEPARATOR));
        properties.forEach((key, value) -> {
            if (isScalar(value)) {
                all.setProperty(pid + SEPARATOR + key, value.toString());
            }
        });
        write(all);
    }

    public synchronized void remove(String pid) {
        save(pid, Map.of());
    }

    private static boolean isScalar(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean;
    }

    private Properties read() {
        Properties all = new Properties();
        if (file != null && Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                all.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                LOG.warn("The last good configuration in {} cannot be read and is ignored", file, e);
                all.clear();
            }
        }
        return all;
    }

    private void write(Properties all) {
        if (file == null) {
            return;
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (Writer writer = Files.newBufferedWriter(fresh)) {
                all.store(writer, "The last good configuration");
            }
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.warn("The configuration is in force, but cannot be kept for the next start in {}", file, e);
        }
    }
}
