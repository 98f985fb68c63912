/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** A repeating part of a model that turns the hidden state into one of the same shape. */
@ProviderType
public interface Layer {
    LayerId id();

    /** Position among the model's layers, from 0. */
    int index();

    List<Block> blocks();

    /** The value of {@code model.onnx} that the layer reads. */
    String input();

    /** The value of {@code model.onnx} that the layer makes. */
    String output();

    boolean skippable();

    /** Why the layer cannot be skipped, as a sentence; empty when it can. */
    Optional<String> obstacle();

    /** Without the cost of an exit after it. */
    Cost cost();
}
