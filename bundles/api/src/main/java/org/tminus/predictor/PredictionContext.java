/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor;

import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.tminus.model.AdaptiveModel;
import org.tminus.tensor.Tensor;

/** What a predictor may look at for one batch; valid during the call only. */
@ProviderType
public interface PredictionContext {
    AdaptiveModel model();

    /** The model's input tensors on the host, by name, each with {@link #rows()} rows. */
    Map<String, Tensor> inputs();

    /** At least 1. */
    int rows();

    /** The hidden state after the stem, present for predictors that are registered with the features {@code stem}. */
    Optional<Tensor> stemOutput();
}
