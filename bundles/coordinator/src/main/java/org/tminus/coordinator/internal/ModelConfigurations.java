/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import org.osgi.service.cm.ManagedServiceFactory;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;

/** Takes the configurations of single models, {@code org.tminus.model~NAME}. */
final class ModelConfigurations implements ManagedServiceFactory {
    static final String FACTORY_PID = "org.tminus.model";

    private final ConfigurationHolder configuration;

    ModelConfigurations(ConfigurationHolder configuration) {
        this.configuration = configuration;
    }

    @Override
    public String getName() {
        return "Settings of single models";
    }

    @Override
    public void updated(String pid, Dictionary<String, ?> properties) {
        Map<String, Object> values = new HashMap<>();
        Collections.list(properties.keys()).forEach(key -> values.put(key, properties.get(key)));
        configuration.updateModel(pid, values);
    }

    @Override
    public void deleted(String pid) {
        configuration.removeModel(pid);
    }
}
