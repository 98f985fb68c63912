/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.predictor;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.PredictorDescription;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Tensor;

/** Calls bright inputs easy and dark ones hard. */
@Component(property = {ComplexityPredictor.NAME + "=v1-brightness", "service.ranking:Integer=-100"})
public final class BrightnessPredictor implements ComplexityPredictor {
    @Override
    public boolean supports(AdaptiveModel model) {
        return model.predictor().isPresent()
                && model.signature().inputs().size() == 1
                && model.signature().inputs().get(0).elementType().equals(ElementType.FLOAT32);
    }

    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return model.predictor().map(PredictorDescription::flopsPerRow).orElse(0L);
    }

    @Override
    public List<Complexity> predict(PredictionContext context) throws TminusException {
        if (context.inputs().size() != 1) {
            throw new InvalidRequestException("One input is expected.", "Send one.");
        }
        Tensor input = context.inputs().values().iterator().next();
        FloatBuffer values = input.buffer().asFloatBuffer();
        int perRow = values.remaining() / context.rows();
        int classes = context.model().predictor().orElseThrow().classes().size();
        List<Complexity> result = new ArrayList<>();
        for (int row = 0; row < context.rows(); row++) {
            float sum = 0;
            for (int index = 0; index < perRow; index++) {
                sum += values.get(row * perRow + index);
            }
            float[] probabilities = new float[classes];
            probabilities[sum > 0 ? 0 : classes - 1] = 1;
            result.add(Complexity.ofProbabilities(probabilities));
        }
        return result;
    }
}
