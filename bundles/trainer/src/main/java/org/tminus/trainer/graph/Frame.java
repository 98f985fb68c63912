/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.graph.Inputs.LowRank;

/** The values of one run of a graph, by slot. Used by one thread. */
final class Frame {
    private final @Nullable Tensor[] values;
    private final @Nullable LowRank[] changes;

    Frame(int slots) {
        values = new @Nullable Tensor[slots];
        changes = new @Nullable LowRank[slots];
    }

    Tensor get(int slot) {
        Tensor value = values[slot];
        if (value == null) {
            throw new IllegalStateException("a value is read before it is made");
        }
        return value;
    }

    void set(int slot, @Nullable Tensor value) {
        values[slot] = value;
    }

    @Nullable
    LowRank change(int slot) {
        return changes[slot];
    }

    void setChange(int slot, LowRank change) {
        changes[slot] = change;
    }
}
