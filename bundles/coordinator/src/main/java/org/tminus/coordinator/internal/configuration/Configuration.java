/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A valid configuration as a whole. Immutable. */
public final class Configuration {
    private final GlobalSettings global;
    /** By model name. */
    private final Map<String, EffectiveSettings> models;

    private final EffectiveSettings others;
    /** Models' own settings, by model name. */
    private final Map<String, ModelSettings> own = new HashMap<>();

    private final List<RolloutSettings> rollouts;

    public Configuration(GlobalSettings global, Iterable<ModelSettings> models, Collection<RolloutSettings> rollouts) {
        this.global = global;
        this.others = EffectiveSettings.of(global, null);
        Map<String, EffectiveSettings> byName = new HashMap<>();
        for (ModelSettings model : models) {
            byName.put(model.model(), EffectiveSettings.of(global, model));
            own.put(model.model(), model);
        }
        this.models = Map.copyOf(byName);
        this.rollouts = List.copyOf(rollouts);
    }

    public GlobalSettings global() {
        return global;
    }

    public EffectiveSettings forModel(String name) {
        return models.getOrDefault(name, others);
    }

    /** What a model's own configuration says; null if it has none. */
    public @Nullable ModelSettings own(String model) {
        return own.get(model);
    }

    /** By PID. */
    public List<RolloutSettings> rollouts() {
        return rollouts;
    }
}
