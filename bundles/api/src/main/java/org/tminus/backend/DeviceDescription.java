/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What a backend runs on. Immutable. */
public final class DeviceDescription {
    private final String deviceClass;
    private final String name;
    private final String numericClass;
    private final int concurrency;
    private final @Nullable Long memoryBytes;

    private DeviceDescription(Builder builder) {
        deviceClass = builder.deviceClass;
        name = builder.name;
        numericClass = builder.numericClass;
        concurrency = builder.concurrency;
        memoryBytes = builder.memoryBytes;
    }

    /** @param deviceClass for example {@code cpu} or {@code cuda} */
    public static Builder builder(String deviceClass) {
        return new Builder(deviceClass);
    }

    public String deviceClass() {
        return deviceClass;
    }

    /** For people: vendor and type. */
    public String name() {
        return name;
    }

    /** Backends of one numeric class give the same answers within a certificate's tolerance, for example {@code fp32}. */
    public String numericClass() {
        return numericClass;
    }

    /** How many runs at once it does well; the platform schedules accordingly. */
    public int concurrency() {
        return concurrency;
    }

    /** Memory of the device. */
    public OptionalLong memoryBytes() {
        return memoryBytes == null ? OptionalLong.empty() : OptionalLong.of(memoryBytes);
    }

    @Override
    public String toString() {
        return deviceClass + " (" + name + ")";
    }

    /** Not thread-safe. */
    public static final class Builder {
        private final String deviceClass;
        private String name;
        private String numericClass = "fp32";
        private int concurrency = 1;
        private @Nullable Long memoryBytes;

        private Builder(String deviceClass) {
            this.deviceClass = deviceClass;
            this.name = deviceClass;
        }

        public Builder name(String value) {
            name = value;
            return this;
        }

        public Builder numericClass(String value) {
            numericClass = value;
            return this;
        }

        /** @throws IllegalArgumentException if it is not positive */
        public Builder concurrency(int runs) {
            if (runs <= 0) {
                throw new IllegalArgumentException("A device runs at least one at once, got " + runs);
            }
            concurrency = runs;
            return this;
        }

        public Builder memoryBytes(long bytes) {
            memoryBytes = bytes;
            return this;
        }

        public DeviceDescription build() {
            return new DeviceDescription(this);
        }
    }
}
