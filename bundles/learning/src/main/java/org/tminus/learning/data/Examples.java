/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.data;

import java.util.Map;
import org.tminus.tensor.HostTensor;

/** The examples of one split, numbered from 0, in an order that data and seed alone decide. Safe for several threads. */
public interface Examples {
    int size();

    /** Names the example whatever the order: derived from its content or its place in a published file. */
    String id(int row);

    /**
     * Names what the example belongs to: inputs of one group are near-copies or come from one source, such as an author. They stand in
     * one split together, and are not independent.
     */
    default String group(int row) {
        return id(row);
    }

    /** The right class, from 0; -1 if nobody knows. */
    int label(int row);

    /** The length of the example's sequence; 0 for tasks without one. */
    int length(int row);

    /**
     * The model's inputs for some rows as one batch, after preprocessing. Sequences are padded to the longest of the batch.
     *
     * @return by input name; the caller owns the tensors
     */
    Map<String, HostTensor> inputs(int[] rows);

    Display display(int row);
}
