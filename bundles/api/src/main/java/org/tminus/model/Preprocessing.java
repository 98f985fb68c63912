/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;
import org.tminus.failure.InvalidRequestException;
import org.tminus.tensor.Tensor;

/** How raw input becomes the model's input tensors: one way for training, evaluation and serving. Thread-safe. */
@ProviderType
public interface Preprocessing {
    /** The kind of raw input that it takes, see {@link RawInput#kind()}. */
    String kind();

    /**
     * @param batch at least one input
     * @return a tensor for each input of the model, one row per raw input; the caller closes them
     * @throws InvalidRequestException if an input is of another kind or cannot be brought to the model's shape
     */
    Map<String, Tensor> apply(List<RawInput> batch) throws InvalidRequestException;
}
