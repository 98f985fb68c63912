/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What goes into a model and what comes out of it.
 *
 * @param inputs the inputs that a caller gives, in the order of the file; the first dimension of each is the batch
 * @param outputs the outputs, in the order of the file
 * @param sequence the dimension of variable length, null if there is none
 */
public record Signature(List<ValueInfo> inputs, List<ValueInfo> outputs, @Nullable Sequence sequence) {

    /** Copies the lists. */
    public Signature {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * Where the length of the sequence is found.
     *
     * @param input the name of the input
     * @param dimension the index of the dimension
     * @param maximum the longest that the graph's own tables allow; empty if the graph sets no bound below 65,536
     */
    public record Sequence(String input, int dimension, OptionalLong maximum) {}
}
