/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How much one answer may cost. Each limit is optional; a policy keeps those that it understands. {@link #flopsRatio()}
 * is a mean over inputs, so that hard inputs may take what easy ones leave; the others hold for each input. Immutable.
 */
public final class Budget {
    private static final Budget UNLIMITED = new Builder().build();

    private final @Nullable Double flopsRatio;
    private final @Nullable Duration latency;
    private final @Nullable Double joules;
    private final @Nullable Long memoryBytes;

    private Budget(Builder builder) {
        flopsRatio = builder.flopsRatio;
        latency = builder.latency;
        joules = builder.joules;
        memoryBytes = builder.memoryBytes;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** No limit at all: full depth is fine. */
    public static Budget unlimited() {
        return UNLIMITED;
    }

    /**
     * Mean FLOPs as a share of full depth.
     *
     * @throws IllegalArgumentException if the ratio is not above 0 and at most 1, or NaN
     */
    public static Budget ofFlopsRatio(double ratio) {
        return builder().flopsRatio(ratio).build();
    }

    /** Mean FLOPs per input over those of full depth, above 0 and at most 1. */
    public OptionalDouble flopsRatio() {
        return flopsRatio == null ? OptionalDouble.empty() : OptionalDouble.of(flopsRatio);
    }

    /** How long the backend may run. */
    public Optional<Duration> latency() {
        return Optional.ofNullable(latency);
    }

    /** Energy in joules. */
    public OptionalDouble joules() {
        return joules == null ? OptionalDouble.empty() : OptionalDouble.of(joules);
    }

    /** Peak memory of weights and activations. */
    public OptionalLong memoryBytes() {
        return memoryBytes == null ? OptionalLong.empty() : OptionalLong.of(memoryBytes);
    }

    public boolean isUnlimited() {
        return flopsRatio == null && latency == null && joules == null && memoryBytes == null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Budget that
                && Objects.equals(flopsRatio, that.flopsRatio)
                && Objects.equals(latency, that.latency)
                && Objects.equals(joules, that.joules)
                && Objects.equals(memoryBytes, that.memoryBytes);
    }

    @Override
    public int hashCode() {
        return Objects.hash(flopsRatio, latency, joules, memoryBytes);
    }

    @Override
    public String toString() {
        return "Budget[flopsRatio=" + flopsRatio + ", latency=" + latency + ", joules=" + joules + ", memoryBytes="
                + memoryBytes + "]";
    }

    /** Not thread-safe. */
    public static final class Builder {
        private @Nullable Double flopsRatio;
        private @Nullable Duration latency;
        private @Nullable Double joules;
        private @Nullable Long memoryBytes;

        private Builder() {}

        /** @throws IllegalArgumentException if the ratio is not above 0 and at most 1, or NaN */
        public Builder flopsRatio(double ratio) {
            if (!(ratio > 0 && ratio <= 1)) {
                throw new IllegalArgumentException("A FLOPs ratio is above 0 and at most 1, got " + ratio);
            }
            flopsRatio = ratio;
            return this;
        }

        /** @throws IllegalArgumentException if the latency is not positive */
        public Builder latency(Duration limit) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("A latency budget is positive, got " + limit);
            }
            latency = limit;
            return this;
        }

        /** @throws IllegalArgumentException if the energy is not positive and finite */
        public Builder joules(double limit) {
            if (!(limit > 0 && Double.isFinite(limit))) {
                throw new IllegalArgumentException("An energy budget is positive, got " + limit);
            }
            joules = limit;
            return this;
        }

        /** @throws IllegalArgumentException if the limit is not positive */
        public Builder memoryBytes(long limit) {
            if (limit <= 0) {
                throw new IllegalArgumentException("A memory budget is positive, got " + limit);
            }
            memoryBytes = limit;
            return this;
        }

        public Budget build() {
            return new Budget(this);
        }
    }
}
