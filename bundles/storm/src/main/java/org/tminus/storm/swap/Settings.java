/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import java.io.IOException;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The platform's configuration, changed key by key by several threads. Closing it restores what was there before. */
public final class Settings implements AutoCloseable {
    private static final String PID = "org.tminus";

    private final Configuration configuration;
    private final @Nullable Dictionary<String, Object> original;
    private final Map<String, Object> values = new HashMap<>();
    private final Map<String, Object> pinned = new HashMap<>();

    public Settings(ConfigurationAdmin configurations) throws IOException {
        configuration = configurations.getConfiguration(PID, "?");
        original = configuration.getProperties();
    }

    /** Sets these keys; those with the value {@code ""} are taken away. */
    public synchronized void set(Map<String, ?> changes) throws IOException {
        changes.forEach((key, value) -> {
            if ("".equals(value)) {
                values.remove(key);
            } else {
                values.put(key, value);
            }
        });
        update();
    }

    /** Holds a key at a value, whatever else it is set to meanwhile. */
    public synchronized void pin(String key, Object value) throws IOException {
        pinned.put(key, value);
        update();
    }

    /** Lets all keys go. */
    public synchronized void unpin() throws IOException {
        pinned.clear();
        update();
    }

    private void update() throws IOException {
        Map<String, Object> all = new HashMap<>(values);
        all.putAll(pinned);
        configuration.update(FrameworkUtil.asDictionary(all));
    }

    /** Updates rather than deletes: a configuration that is deleted and made anew counts its changes from one again. */
    @Override
    public synchronized void close() throws IOException {
        configuration.update(original == null ? FrameworkUtil.asDictionary(Map.of()) : original);
    }
}
