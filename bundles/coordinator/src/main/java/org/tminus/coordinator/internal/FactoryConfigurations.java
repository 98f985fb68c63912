/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.osgi.service.cm.ManagedServiceFactory;

/** Takes the configurations of one factory PID, and hands them on as maps. */
final class FactoryConfigurations implements ManagedServiceFactory {
    private final String name;
    private final BiConsumer<String, Map<String, Object>> update;
    private final Consumer<String> remove;

    /**
     * @param name for people
     * @param update takes a PID and its properties
     * @param remove takes a PID
     */
    FactoryConfigurations(String name, BiConsumer<String, Map<String, Object>> update, Consumer<String> remove) {
        this.name = name;
        this.update = update;
        this.remove = remove;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public void updated(String pid, Dictionary<String, ?> properties) {
        update.accept(pid, map(properties));
    }

    static Map<String, Object> map(Dictionary<String, ?> properties) {
        Map<String, Object> values = new HashMap<>();
        Collections.list(properties.keys()).forEach(key -> values.put(key, properties.get(key)));
        return values;
    }

    @Override
    public void deleted(String pid) {
        remove.accept(pid);
    }
}
