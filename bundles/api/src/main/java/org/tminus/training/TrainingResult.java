/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.training;

import java.nio.file.Path;
import java.util.Map;

/** What a training made. Immutable. */
public final class TrainingResult {
    private final Path model;
    private final Map<String, Double> figures;

    private TrainingResult(Path model, Map<String, Double> figures) {
        this.model = model;
        this.figures = Map.copyOf(figures);
    }

    public static TrainingResult of(Path model, Map<String, Double> figures) {
        return new TrainingResult(model, figures);
    }

    /** The {@code .tminus} file. */
    public Path model() {
        return model;
    }

    /** What it measured, by name; names carry their unit and split. */
    public Map<String, Double> figures() {
        return figures;
    }
}
