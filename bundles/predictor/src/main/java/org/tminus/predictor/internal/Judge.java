/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.PredictorDescription;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.PredictionContext;
import org.tminus.predictor.features.GridFeatures;
import org.tminus.predictor.features.ImageFeatures;
import org.tminus.predictor.features.TokenFeatures;
import org.tminus.predictor.features.ValueFeatures;

/**
 * Judges the inputs of one model by features, found once, and an ensemble, read once. Refers to no model, so that it can be kept for as
 * long as its model lives. Thread-safe.
 */
final class Judge {
    private static final Map<String, FeatureSet> FEATURE_SETS = Map.of(
            ImageFeatures.NAME, new ImageFeatureSet(),
            GridFeatures.NAME, new GridFeatureSet(),
            TokenFeatures.NAME, new TokenFeatureSet(),
            ValueFeatures.NAME, new ValueFeatureSet());

    private final PredictorDescription description;
    private final FeatureSet.Reader features;
    private final LazyEnsemble ensemble = new LazyEnsemble();

    private Judge(PredictorDescription description, FeatureSet.Reader features) {
        this.description = description;
        this.features = features;
    }

    /** @throws TminusException if the model has no predictor over features that are known here and fit it */
    static Judge of(AdaptiveModel model) throws TminusException {
        PredictorDescription description = model.predictor().orElse(null);
        FeatureSet set = description == null ? null : FEATURE_SETS.get(description.features());
        if (description == null || set == null) {
            throw new TminusException(
                    "Model " + model + " has no predictor over one of the features " + FEATURE_SETS.keySet() + ".",
                    "Choose another predictor for it.");
        }
        try {
            return new Judge(description, set.of(model.signature()));
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(
                    "Model " + model + " cannot be judged. " + e.getMessage(), "Choose another predictor for it.", e);
        }
    }

    /** Whether reading the ensemble was tried and its file cannot be used. */
    boolean hasFailed() {
        return ensemble.hasFailed();
    }

    /** @throws TminusException if the ensemble cannot be used, or the inputs cannot be judged */
    List<Complexity> judge(PredictionContext context) throws TminusException {
        AdaptiveModel model = context.model();
        TreeEnsemble trees = ensemble.get(model, description, features.count());
        FeatureSet.Rows rows = features.open(context);
        float[] row = new float[features.count()];
        long[] workspace = trees.workspace();
        float[] probabilities = new float[trees.classes()];
        List<Complexity> complexities = new ArrayList<>(context.rows());
        for (int index = 0; index < context.rows(); index++) {
            rows.compute(index, row);
            trees.evaluate(row, workspace, probabilities);
            complexities.add(complexity(model, probabilities));
        }
        return complexities;
    }

    private static Complexity complexity(AdaptiveModel model, float[] probabilities) throws TminusException {
        try {
            return Complexity.ofProbabilities(probabilities);
        } catch (IllegalArgumentException e) {
            throw new TminusException(
                    "The predictor of model " + model + " does not give probabilities: " + e.getMessage() + ".",
                    "Export it with the post-transform SOFTMAX.",
                    e);
        }
    }
}
