/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.predictor;

import java.util.Map;
import java.util.Optional;
import org.tminus.model.AdaptiveModel;
import org.tminus.predictor.PredictionContext;
import org.tminus.tensor.Tensor;

/** One batch as the platform hands it to a predictor. */
record Question(AdaptiveModel model, Map<String, Tensor> inputs, int rows, Optional<Tensor> stemOutput)
        implements PredictionContext {}
