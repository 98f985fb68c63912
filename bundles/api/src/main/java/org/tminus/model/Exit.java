/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** A place where the model can answer. */
@ProviderType
public interface Exit {
    ExitId id();

    /** The layer whose hidden state the exit was trained to read; empty for the stem. */
    Optional<LayerId> after();

    /** The entry of the model file that holds the exit's graph: {@code exits.onnx}, or {@code model.onnx} for the tail. */
    String file();

    /** The value of that graph that stands for the hidden state. */
    String input();

    /** The model's outputs, each with the value of the exit's graph that gives it. */
    Map<String, String> outputs();

    Cost cost();
}
