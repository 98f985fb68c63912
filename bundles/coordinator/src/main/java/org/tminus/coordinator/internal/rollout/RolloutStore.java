/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.rollout;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.configuration.RolloutSettings;

/** Keeps over restarts how far rollouts were. Thread-safe. */
public final class RolloutStore {
    private static final Logger LOG = LoggerFactory.getLogger(RolloutStore.class);
    private static final String PHASE = "phase|";
    private static final String REASON = "reason|";
    private static final String SETTINGS = "settings|";

    /** How far a rollout was. */
    record Kept(Rollout.Phase phase, String reason) {}

    private final @Nullable Path file;

    /** @param file null where the framework has no storage: nothing outlives a restart then */
    public RolloutStore(@Nullable Path file) {
        this.file = file;
    }

    /** How far a rollout with exactly these settings was; null if there was none. */
    synchronized @Nullable Kept load(RolloutSettings settings) {
        Properties all = read();
        String name = settings.name();
        if (!settings.toString().equals(all.getProperty(SETTINGS + name))) {
            return null;
        }
        try {
            return new Kept(
                    Rollout.Phase.valueOf(all.getProperty(PHASE + name, "")), all.getProperty(REASON + name, ""));
        } catch (IllegalArgumentException e) {
            LOG.warn("How far the rollout '{}' was cannot be read in {}; it begins anew", name, file, e);
            return null;
        }
    }

    synchronized void save(Rollout rollout) {
        Properties all = read();
        String name = rollout.settings().name();
        all.setProperty(SETTINGS + name, rollout.settings().toString());
        all.setProperty(PHASE + name, rollout.phase().name());
        all.setProperty(REASON + name, rollout.reason());
        write(all);
    }

    synchronized void remove(String name) {
        Properties all = read();
        all.remove(SETTINGS + name);
        all.remove(PHASE + name);
        all.remove(REASON + name);
        write(all);
    }

    private Properties read() {
        Properties all = new Properties();
        if (file != null && Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                all.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                LOG.warn("The rollouts in {} cannot be read and begin anew", file, e);
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
                all.store(writer, "How far rollouts are");
            }
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.error("How far rollouts are cannot be kept for the next start in {}", file, e);
        }
    }
}
