/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.configuration;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;

/**
 * What one PID {@code org.tminus.rollout~NAME} says; see {@link RolloutConfig} for the meaning of each. Immutable.
 *
 * @param name NAME
 * @param candidate the name of a service, or the version of a model
 * @param model null for all models
 * @param minimumRequests of each arm before latency is judged
 * @param maxErrorRate null for not watched
 * @param maxLatencyRatio null for not watched
 * @param minAgreement null for not watched
 * @param promoteAfter requests of the candidate; null for never
 */
public record RolloutSettings(
        String name,
        String kind,
        String candidate,
        @Nullable String model,
        String mode,
        double share,
        long minimumRequests,
        @Nullable Double maxErrorRate,
        @Nullable Double maxLatencyRatio,
        @Nullable Double minAgreement,
        @Nullable Long promoteAfter) {
    public static final String POLICY = "policy";
    public static final String PREDICTOR = "predictor";
    public static final String BACKEND = "backend";
    public static final String MODEL = "model";
    public static final String SHADOW = "shadow";
    public static final String CANARY = "canary";

    static final List<String> KINDS = List.of(POLICY, PREDICTOR, BACKEND, MODEL);
    static final List<String> MODES = List.of(SHADOW, CANARY);

    public boolean isForModel() {
        return kind.equals(MODEL);
    }

    public boolean isCanary() {
        return mode.equals(CANARY);
    }

    /** The version that is tried; only of a rollout of a model. */
    public Version candidateVersion() {
        return Version.parseVersion(candidate);
    }
}
