/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.inference.ConfigurationProblem;
import org.tminus.inference.JournalEntry;

/**
 * The configuration in force. A change that is not valid is reported, and what was in force stays so; a configuration
 * that is not valid at start gives way to the last good one of an earlier run, and without that to the defaults.
 * Thread-safe.
 */
public final class ConfigurationHolder {
    /** The PID of the settings for all models. */
    public static final String PID = "org.tminus";

    /** The factory PID of rollouts. */
    public static final String ROLLOUT_FACTORY_PID = "org.tminus.rollout";

    /** The factory PID of settings of single models. */
    public static final String MODEL_FACTORY_PID = "org.tminus.model";

    /** Under this key Karaf notes the file that a configuration came from. */
    private static final String FILE = "felix.fileinstall.filename";

    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationHolder.class);

    private final ConfigurationStore store;
    private final JournalBook journal;
    private GlobalSettings global;
    private final Map<String, ModelSettings> models = new TreeMap<>();
    private final Map<String, RolloutSettings> rollouts = new TreeMap<>();
    private final Map<String, List<ConfigurationProblem>> problems = new TreeMap<>();
    private Consumer<Configuration> listener = configuration -> {};

    /** Without anybody who reads the journal. */
    public ConfigurationHolder(ConfigurationStore store) {
        this(store, new JournalBook(null));
    }

    public ConfigurationHolder(ConfigurationStore store, JournalBook journal) {
        this.store = store;
        this.journal = journal;
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
        return new Configuration(global, models.values(), rollouts.values());
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
        noteChange(PID, global, settings);
        global = settings;
        store.save(PID, properties);
        return true;
    }

    private void noteChange(String pid, @Nullable Object before, Object after) {
        if (!after.equals(before)) {
            journal.note(
                    JournalEntry.CONFIGURATION_APPLIED, pid, "The configuration " + pid + " is in force.", Map.of());
        }
    }

    /** @return whether the properties are in force now */
    public synchronized boolean updateModel(String pid, Map<String, Object> properties) {
        return update(pid, properties, models, ConfigurationValidator::model);
    }

    public synchronized void removeModel(String pid) {
        remove(pid, models);
    }

    /** @return whether the properties are in force now */
    public synchronized boolean updateRollout(String pid, Map<String, Object> properties) {
        return update(pid, properties, rollouts, ConfigurationValidator::rollout);
    }

    public synchronized void removeRollout(String pid) {
        remove(pid, rollouts);
    }

    /** What is told again, without a change, disturbs nothing. */
    private <T> boolean update(
            String pid,
            Map<String, Object> properties,
            Map<String, T> inForce,
            BiFunction<String, Map<String, Object>, Validation<T>> validator) {
        Validation<T> outcome = validator.apply(pid, properties);
        report(pid, outcome.problems());
        T settings = outcome.settings();
        T before = inForce.get(pid);
        if (settings != null) {
            noteChange(pid, before, settings);
            inForce.put(pid, settings);
            store.save(pid, properties);
        } else if (before == null) {
            Map<String, Object> kept = store.load(pid);
            T lastGood = kept.isEmpty() ? null : validator.apply(pid, kept).settings();
            if (lastGood != null) {
                inForce.put(pid, lastGood);
            }
        }
        if (!Objects.equals(before, inForce.get(pid))) {
            listener.accept(current());
        }
        return settings != null;
    }

    private void remove(String pid, Map<String, ?> inForce) {
        Object before = inForce.remove(pid);
        problems.remove(pid);
        store.remove(pid);
        if (before != null) {
            journal.note(
                    JournalEntry.CONFIGURATION_APPLIED, pid, "The configuration " + pid + " was taken away.", Map.of());
            listener.accept(current());
        }
    }

    /**
     * Reports a configuration that is meant for a factory and does not belong to it, because of its name.
     *
     * @param factoryPid the factory that it is meant for
     */
    public synchronized void misname(String pid, String factoryPid, Map<String, Object> properties) {
        Object file = properties.get(FILE);
        String name =
                file == null ? "" : file.toString().substring(file.toString().lastIndexOf('/') + 1);
        report(
                pid,
                List.of(
                        name.isEmpty()
                                ? new ConfigurationProblem(
                                        pid,
                                        "service.pid",
                                        pid,
                                        factoryPid + "~NAME; delete this one (config:delete " + pid
                                                + ") and make another of that name")
                                : new ConfigurationProblem(
                                        pid,
                                        FILE,
                                        name,
                                        factoryPid + "-NAME.cfg, where NAME has no ~; rename the file")));
    }

    /** What was refused or ignored, by PID. */
    public synchronized List<ConfigurationProblem> problems() {
        List<ConfigurationProblem> all = new ArrayList<>();
        problems.values().forEach(all::addAll);
        return all;
    }

    private void report(String pid, List<ConfigurationProblem> found) {
        if (found.equals(problems.put(pid, found))) {
            return;
        }
        for (ConfigurationProblem problem : found) {
            journal.note(
                    JournalEntry.CONFIGURATION_REFUSED,
                    pid,
                    "Configuration " + pid + ": " + problem.key() + " = '" + problem.value()
                            + "' is not used; expected " + problem.expected() + ".",
                    Map.of("key", problem.key(), "value", problem.value(), "expected", problem.expected()));
            LOG.warn(
                    "Configuration {}: {} = '{}' is not used; expected {}",
                    problem.pid(),
                    problem.key(),
                    problem.value(),
                    problem.expected());
        }
    }
}
