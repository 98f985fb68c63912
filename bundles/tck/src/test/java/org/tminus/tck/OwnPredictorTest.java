/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.tminus.model.AdaptiveModel;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.internal.TreeEnsemblePredictor;

class OwnPredictorTest extends PredictorContract {
    @Override
    protected ComplexityPredictor predictor() {
        return new TreeEnsemblePredictor();
    }

    @Override
    protected AdaptiveModel model(Path folder) throws Exception {
        return ReferenceModel.in(folder);
    }

    @Override
    protected List<AdaptiveModel> unfittingModels(Path folder) throws Exception {
        AdaptiveModel damaged = ReferenceModel.in(folder);
        Files.writeString(damaged.file("predictor.onnx").orElseThrow(), "no ensemble", StandardCharsets.UTF_8);
        return List.of(damaged);
    }
}
