/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.bundle;

import java.util.Arrays;
import java.util.Optional;
import org.tminus.backend.Backend;
import org.tminus.policy.Policy;
import org.tminus.predictor.ComplexityPredictor;

/** The kinds of plugins. */
enum Kind {
    BACKEND(Backend.class),
    POLICY(Policy.class),
    PREDICTOR(ComplexityPredictor.class);

    private final Class<?> service;

    Kind(Class<?> service) {
        this.service = service;
    }

    Class<?> service() {
        return service;
    }

    /** The kind of service that a bundle says it provides. */
    static Optional<Kind> of(BundleFile bundle) {
        return Arrays.stream(values())
                .filter(kind -> bundle.clauses("Provide-Capability").stream()
                        .filter(clause -> clause.names().contains("osgi.service"))
                        .map(clause -> clause.attributes().getOrDefault("objectClass", ""))
                        .anyMatch(classes ->
                                Arrays.asList(classes.split("\\s*,\\s*")).contains(kind.service.getName())))
                .findFirst();
    }

    static String services() {
        return Arrays.stream(values())
                .map(kind -> kind.service.getName())
                .reduce((left, right) -> left + ", " + right)
                .orElseThrow();
    }
}
