/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;

/**
 * What PID {@code org.tminus} says; see {@link Config} for the meaning of each. Immutable.
 *
 * @param budgetFlopsRatio null for no budget
 * @param memoryLimitBytes null for no limit
 * @param temperatureLimitCelsius null for no limit
 */
public record GlobalSettings(
        @Nullable String policy,
        @Nullable String predictor,
        @Nullable String backend,
        @Nullable Filter policyFilter,
        @Nullable Filter predictorFilter,
        @Nullable Filter backendFilter,
        @Nullable String operatingPoint,
        @Nullable Double budgetFlopsRatio,
        boolean strict,
        int workers,
        int queueCapacity,
        long drainTimeoutMillis,
        long pluginTimeoutMillis,
        int abandonedCallLimit,
        boolean requireCertificate,
        @Nullable Long memoryLimitBytes,
        @Nullable Double temperatureLimitCelsius,
        boolean handOver,
        double shadowShare,
        int shadowQueueCapacity,
        long shadowMaxBytes,
        double agreementCosine,
        int batchMaxRows,
        long batchDelayMicros) {
    /** The most requests that are at work at once, whatever a backend says of itself. */
    public static final int MOST_WORKERS = 1024;

    public long drainTimeoutNanos() {
        return TimeUnit.MILLISECONDS.toNanos(drainTimeoutMillis);
    }

    public long pluginTimeoutNanos() {
        return TimeUnit.MILLISECONDS.toNanos(pluginTimeoutMillis);
    }
}
