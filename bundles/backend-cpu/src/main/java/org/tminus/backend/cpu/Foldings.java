/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tminus.model.AdaptiveModel;

/** What was found out about folding, for the sessions to come: some models' worth. Thread-safe. */
final class Foldings {
    private static final int MODELS = 64;

    private final Map<String, Folding> known = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Folding> eldest) {
            return size() > MODELS;
        }
    };

    synchronized Folding of(AdaptiveModel model) {
        return known.computeIfAbsent(model.identity(), identity -> new Folding(model));
    }
}
