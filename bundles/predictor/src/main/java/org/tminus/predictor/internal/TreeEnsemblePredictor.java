/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.osgi.service.component.annotations.Component;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.PredictorDescription;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;
import org.tminus.predictor.features.GridFeatures;
import org.tminus.predictor.features.ImageFeatures;
import org.tminus.predictor.features.TokenFeatures;
import org.tminus.predictor.features.ValueFeatures;

/**
 * Judges inputs by the tree ensemble that travels with the model, over features of the input that are documented by
 * name. Ensembles are read when first asked for and forgotten with their model.
 */
@Component(property = ComplexityPredictor.NAME + "=tree-ensemble")
public final class TreeEnsemblePredictor implements ComplexityPredictor {
    private static final Map<String, FeatureSet> FEATURE_SETS = Map.of(
            ImageFeatures.NAME, new ImageFeatureSet(),
            GridFeatures.NAME, new GridFeatureSet(),
            TokenFeatures.NAME, new TokenFeatureSet(),
            ValueFeatures.NAME, new ValueFeatureSet());

    /** Weak keys: a model that is gone takes its ensemble with it, so no value may refer to its model. */
    private final Map<AdaptiveModel, LazyEnsemble> ensembles = Collections.synchronizedMap(new WeakHashMap<>());

    @Override
    public boolean supports(AdaptiveModel model) {
        PredictorDescription description = model.predictor().orElse(null);
        if (description == null) {
            return false;
        }
        FeatureSet features = FEATURE_SETS.get(description.features());
        return features != null && features.fits(model) && !ensemble(model).hasFailed();
    }

    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return model.predictor().map(PredictorDescription::flopsPerRow).orElse(0L);
    }

    @Override
    public List<Complexity> predict(PredictionContext context) throws TminusException {
        AdaptiveModel model = context.model();
        PredictorDescription description = model.predictor().orElse(null);
        FeatureSet features = description == null ? null : FEATURE_SETS.get(description.features());
        if (description == null || features == null) {
            throw new TminusException(
                    "Model " + model + " has no predictor over one of the features " + FEATURE_SETS.keySet() + ".",
                    "Choose another predictor for it.");
        }
        int count = features.count(model);
        TreeEnsemble ensemble = ensemble(model).get(model, description, count);
        FeatureSet.Rows rows = features.open(context);
        float[] row = new float[count];
        long[] workspace = ensemble.workspace();
        float[] probabilities = new float[ensemble.classes()];
        List<Complexity> complexities = new ArrayList<>(context.rows());
        for (int index = 0; index < context.rows(); index++) {
            rows.compute(index, row);
            ensemble.evaluate(row, workspace, probabilities);
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

    private LazyEnsemble ensemble(AdaptiveModel model) {
        LazyEnsemble known = ensembles.get(model);
        return known != null ? known : ensembles.computeIfAbsent(model, missing -> new LazyEnsemble());
    }
}
