/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Figures that a device reports at a moment; each may be absent. The set is open, names carry their unit. Immutable.
 */
public final class Telemetry {
    /** Bytes of native memory that the backend's sessions hold. */
    public static final String MEMORY_BYTES = "memoryBytes";

    /** Power that the device draws, in watts. */
    public static final String POWER_WATTS = "powerWatts";

    /** The hottest sensor, in degrees Celsius. */
    public static final String TEMPERATURE_CELSIUS = "temperatureCelsius";

    /** The clock of the compute units, in hertz. */
    public static final String CLOCK_HERTZ = "clockHertz";

    /** Share of time that the device was busy lately, 0 to 1. */
    public static final String LOAD = "load";

    private static final Telemetry NONE = new Telemetry(Map.of());

    private final Map<String, Double> figures;

    private Telemetry(Map<String, Double> figures) {
        this.figures = Map.copyOf(figures);
    }

    public static Telemetry none() {
        return NONE;
    }

    public static Builder builder() {
        return new Builder();
    }

    public OptionalDouble figure(String name) {
        Double value = figures.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    public Set<String> names() {
        return figures.keySet();
    }

    @Override
    public String toString() {
        return figures.toString();
    }

    /** Not thread-safe. */
    public static final class Builder {
        private final Map<String, Double> figures = new HashMap<>();

        private Builder() {}

        /** A value that is not finite counts as absent. */
        public Builder figure(String name, double value) {
            if (Double.isFinite(value)) {
                figures.put(name, value);
            }
            return this;
        }

        public Telemetry build() {
            return new Telemetry(figures);
        }
    }
}
