/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.inference.ConfigurationProblem;

/**
 * The configuration in force. A change that is not valid is reported, and what was in force stays so; a configuration
 * that is not valid at start gives way to the last good one of an earlier run, and without that to the defaults.
 * Thread-safe.
 */
public final class ConfigurationHolder {
    /** The PID of the settings for all models. */
    public static final String PID = "org.tminus";

    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationHolder.class);

    private final ConfigurationStore store;
    private GlobalSettings global;
    private final Map<String, ModelSettings> models = new TreeMap<>();
    private final Map<String, List<ConfigurationProblem>> problems = new TreeMap<>();
    private Consumer<Configuration> listener = configuration -> {};

    public ConfigurationHolder(ConfigurationStore store) {
        this.store = store;
        this.global = defaults();
    }

    private static GlobalSettings defaults() {
        GlobalSettings settings = ConfigurationValidator.global(PID, Map.of()).settings();
        if (settings == null) {
            throw new IllegalStateException("The defaults are not valid");
        }
        return settings;
    }

    /** Reads the properties of PID {@code org.tminus} at start. */
    public synchronized void start(Map<String, Object> properties) {
        if (!apply(properties)) {
            GlobalSettings lastGood =
                    ConfigurationValidator.global(PID, store.load(PID)).settings();
            if (lastGood != null) {
                global = lastGood;
            }
        }
    }

    /** From now on each change of what is in force goes to this listener. */
    public synchronized void listen(Consumer<Configuration> only) {
        listener = only;
    }

    public synchronized Configuration current() {
        return new Configuration(global, models.values());
    }

    /** @return whether the properties are in force now */
    public synchronized boolean update(Map<String, Object> properties) {
        boolean applied = apply(properties);
        if (applied) {
            listener.accept(current());
        }
        return applied;
    }

    private boolean apply(Map<String, Object> properties) {
        Validation<GlobalSettings> outcome = ConfigurationValidator.global(PID, properties);
        report(PID, outcome.problems());
        GlobalSettings settings = outcome.settings();
        if (settings == null) {
            return false;
        }
        global = settings;
        store.save(PID, properties);
        return true;
    }

    /** @return whether the properties are in force now */
    public synchronized boolean updateModel(String pid, Map<String, Object> properties) {
        Validation<ModelSettings> outcome = ConfigurationValidator.model(pid, properties);
        report(pid, outcome.problems());
        ModelSettings settings = outcome.settings();
        if (settings != null) {
            models.put(pid, settings);
            store.save(pid, properties);
        } else if (!models.containsKey(pid)) {
            Map<String, Object> kept = store.load(pid);
            ModelSettings lastGood = kept.isEmpty()
                    ? null
                    : ConfigurationValidator.model(pid, kept).settings();
            if (lastGood != null) {
                models.put(pid, lastGood);
            }
        }
        listener.accept(current());
        return settings != null;
    }

    public synchronized void removeModel(String pid) {
        models.remove(pid);
        problems.remove(pid);
        store.remove(pid);
        listener.accept(current());
    }

    /** What was refused or ignored, by PID. */
    public synchronized List<ConfigurationProblem> problems() {
        List<ConfigurationProblem> all = new ArrayList<>();
        problems.values().forEach(all::addAll);
        return all;
    }

    private void report(String pid, List<ConfigurationProblem> found) {
        problems.put(pid, found);
        for (ConfigurationProblem problem : found) {
            LOG.warn(
                    "Configuration {}: {} = '{}' is not used; expected {}",
                    problem.pid(),
                    problem.key(),
                    problem.value(),
                    problem.expected());
        }
    }
}
