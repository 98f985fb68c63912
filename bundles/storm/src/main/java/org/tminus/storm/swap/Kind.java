/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

/** What is swapped. */
public enum Kind {
    POLICY("org.tminus.policy.Policy"),
    PREDICTOR("org.tminus.predictor.ComplexityPredictor"),
    BACKEND("org.tminus.backend.Backend"),
    MODEL("org.tminus.model.AdaptiveModel");

    private final String service;

    Kind(String service) {
        this.service = service;
    }

    /** The service that the bundle brings. */
    String service() {
        return service;
    }
}
