/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.List;

/**
 * The predictor that travels with a model.
 *
 * @param file entry of the model file
 * @param features name of the documented set of input features that it reads
 * @param classes for each class of the predictor the index of the menu path that it stands for, ascending
 * @param flopsPerRow features and ensemble
 */
public record PredictorDescription(String file, String features, List<Integer> classes, long flopsPerRow) {
    public PredictorDescription {
        classes = List.copyOf(classes);
    }
}
