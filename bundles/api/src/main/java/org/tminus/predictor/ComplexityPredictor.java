/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;

/**
 * Says how complex inputs are, before the first layer runs (paper: complexity predictor). Registered as a service with
 * the property {@link #NAME}; called from many threads at once.
 */
@ConsumerType
public interface ComplexityPredictor {
    /** Service property: the predictor's name, a string, by which configuration selects it. */
    String NAME = "tminus.name";

    /** Service property: {@code input} (the default), or {@code stem} to be given the hidden state after the stem. */
    String FEATURES = "tminus.predictor.features";

    /** Whether it can judge inputs of this model. Cheap enough to be asked for each request. */
    boolean supports(AdaptiveModel model);

    /** What one prediction costs, features included, so that it counts in the FLOPs of every answer. */
    long flopsPerRow(AdaptiveModel model);

    /**
     * @return one complexity for each row, in order, each with as many classes as the model's predictor description has
     * @throws TminusException if the inputs cannot be judged; the platform then answers along a static path
     */
    List<Complexity> predict(PredictionContext context) throws TminusException;
}
