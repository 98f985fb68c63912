/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.rollout;

import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.configuration.PropertiesFile;
import org.tminus.coordinator.internal.configuration.RolloutSettings;

/** Keeps over restarts how far rollouts were. Thread-safe. */
public final class RolloutStore {
    private static final Logger LOG = LoggerFactory.getLogger(RolloutStore.class);
    private static final String PHASE = "phase|";
    private static final String REASON = "reason|";
    private static final String SETTINGS = "settings|";

    /** How far a rollout was. */
    record Kept(Rollout.Phase phase, String reason) {}

    private final PropertiesFile file;

    /** @param file null where the framework has no storage: nothing outlives a restart then */
    public RolloutStore(@Nullable Path file) {
        this.file = new PropertiesFile(file, "how far rollouts are");
    }

    /** How far a rollout with exactly these settings was; null if there was none. */
    synchronized @Nullable Kept load(RolloutSettings settings) {
        Properties all = file.read();
        String name = settings.name();
        if (!settings.toString().equals(all.getProperty(SETTINGS + name))) {
            return null;
        }
        try {
            return new Kept(
                    Rollout.Phase.valueOf(all.getProperty(PHASE + name, "")), all.getProperty(REASON + name, ""));
        } catch (IllegalArgumentException e) {
            LOG.warn("How far the rollout '{}' was cannot be read; it begins anew", name, e);
            return null;
        }
    }

    synchronized void save(Rollout rollout) {
        Properties all = file.read();
        String name = rollout.settings().name();
        all.setProperty(SETTINGS + name, rollout.settings().toString());
        all.setProperty(PHASE + name, rollout.phase().name());
        all.setProperty(REASON + name, rollout.reason());
        file.write(all);
    }

    synchronized void remove(String name) {
        Properties all = file.read();
        all.remove(SETTINGS + name);
        all.remove(PHASE + name);
        all.remove(REASON + name);
        file.write(all);
    }
}
