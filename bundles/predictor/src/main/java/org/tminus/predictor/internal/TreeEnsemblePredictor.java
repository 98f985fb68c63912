/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.PredictorDescription;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;

/**
 * Judges inputs by the tree ensemble that travels with the model, over features of the input that are documented by
 * name. Ensembles are read when first asked for and forgotten with their model.
 */
@Component(property = ComplexityPredictor.NAME + "=tree-ensemble")
public final class TreeEnsemblePredictor implements ComplexityPredictor {
    private final PerModel<Optional<Judge>> judges = new PerModel<>(TreeEnsemblePredictor::judge);

    private static Optional<Judge> judge(AdaptiveModel model) {
        try {
            return Optional.of(Judge.of(model));
        } catch (TminusException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean supports(AdaptiveModel model) {
        Optional<Judge> judge = judges.of(model);
        return judge.isPresent() && !judge.get().hasFailed();
    }

    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return model.predictor().map(PredictorDescription::flopsPerRow).orElse(0L);
    }

    @Override
    public List<Complexity> predict(PredictionContext context) throws TminusException {
        AdaptiveModel model = context.model();
        Optional<Judge> judge = judges.of(model);
        // Without a judge, trying to make one says why.
        return (judge.isPresent() ? judge.get() : Judge.of(model)).judge(context);
    }
}
