/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;

/**
 * What one PID {@code org.tminus.model~NAME} says; null leaves it to PID {@code org.tminus}. Immutable.
 *
 * @param model the model's name
 * @param version the version that answers requests without a range of versions; null for the newest
 * @param parameters for the policy
 */
public record ModelSettings(
        String model,
        @Nullable Version version,
        @Nullable String policy,
        @Nullable String predictor,
        @Nullable String backend,
        @Nullable String operatingPoint,
        @Nullable Double budgetFlopsRatio,
        @Nullable Integer batchMaxRows,
        @Nullable Long batchDelayMicros,
        Map<String, Object> parameters) {
    public ModelSettings {
        parameters = Map.copyOf(parameters);
    }
}
