/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.List;
import java.util.Optional;

/**
 * What goes in and what comes out.
 *
 * @param inputs in the graph's order
 * @param outputs in the graph's order
 * @param sequence empty for models whose inputs have no variable length
 */
public record ModelSignature(List<TensorSpec> inputs, List<TensorSpec> outputs, Optional<SequenceAxis> sequence) {
    public ModelSignature {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    public Optional<TensorSpec> input(String name) {
        return inputs.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }

    public Optional<TensorSpec> output(String name) {
        return outputs.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }
}
