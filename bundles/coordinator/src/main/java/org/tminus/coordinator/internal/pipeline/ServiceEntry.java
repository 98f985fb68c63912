/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.pipeline;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;

/**
 * A registration of a service with what is known of it. Entries are immutable apart from lease and health, which the entries of one
 * registration share when its properties change.
 *
 * @param registration tells it from others of the same service; its own equals decides
 * @param kind {@code policy}, {@code predictor}, {@code backend} or {@code model}
 * @param name its {@code tminus.name}
 * @param bundle symbolic name and version of the bundle that brings it
 * @param properties the service properties, for filters
 */
public record ServiceEntry<T>(
        Object registration,
        String kind,
        String name,
        String bundle,
        T service,
        Map<String, Object> properties,
        Leasable lease,
        Health health) {
    /** The order of choice: highest ranking first, of equals the oldest service. */
    public static final Comparator<ServiceEntry<?>> BY_RANKING = Comparator.<ServiceEntry<?>>comparingInt(
                    entry -> entry.ranking())
            .reversed()
            .thenComparingLong(ServiceEntry::id);

    /** The service property by which plugins are named. */
    public static final String NAME = "tminus.name";

    public static <T> ServiceEntry<T> of(
            Object registration, String kind, T service, Map<String, Object> properties, String bundle) {
        String name = properties.get(NAME) instanceof String text && !text.isBlank()
                ? text
                : service.getClass().getSimpleName();
        return new ServiceEntry<>(
                registration,
                kind,
                name,
                bundle,
                service,
                caseless(properties),
                new Leasable(kind + " '" + name + "'", Runnable::run),
                new Health());
    }

    /** Filters name properties without regard to case. */
    private static Map<String, Object> caseless(Map<String, Object> properties) {
        Map<String, Object> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(properties);
        return Collections.unmodifiableMap(copy);
    }

    /** The same registration with other properties. */
    public ServiceEntry<T> with(Map<String, Object> changed) {
        ServiceEntry<T> fresh = of(registration, kind, service, changed, bundle);
        return new ServiceEntry<>(registration, kind, fresh.name, bundle, service, fresh.properties, lease, health);
    }

    public int ranking() {
        return properties.get(Constants.SERVICE_RANKING) instanceof Integer number ? number : 0;
    }

    private long id() {
        return properties.get(Constants.SERVICE_ID) instanceof Long number ? number : 0;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return kind + " '" + name + "'";
    }
}
