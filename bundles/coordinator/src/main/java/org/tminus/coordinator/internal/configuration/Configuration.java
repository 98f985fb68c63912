/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.util.HashMap;
import java.util.Map;

/** A valid configuration as a whole. Immutable. */
public final class Configuration {
    private final GlobalSettings global;
    /** By model name. */
    private final Map<String, EffectiveSettings> models;

    private final EffectiveSettings others;

    public Configuration(GlobalSettings global, Iterable<ModelSettings> models) {
        this.global = global;
        this.others = EffectiveSettings.of(global, null);
        Map<String, EffectiveSettings> byName = new HashMap<>();
        for (ModelSettings model : models) {
            byName.put(model.model(), EffectiveSettings.of(global, model));
        }
        this.models = Map.copyOf(byName);
    }

    public GlobalSettings global() {
        return global;
    }

    public EffectiveSettings forModel(String name) {
        return models.getOrDefault(name, others);
    }
}
