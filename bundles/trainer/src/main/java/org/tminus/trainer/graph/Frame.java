/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.graph.Inputs.LowRank;

/** The values of one run of a graph, by slot. Used by one thread; owns its handles of the frozen weights until it is closed. */
final class Frame implements AutoCloseable {
    private final @Nullable Tensor[] values;
    private final @Nullable LowRank[] changes;
    private final List<Tensor> owned = new ArrayList<>();
    private Precision precision = Precision.FLOAT32;

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

    /** Takes over a retained tensor. */
    void own(int slot, Tensor value) {
        owned.add(value);
        values[slot] = value;
    }

    void set(int slot, @Nullable Tensor value) {
        values[slot] = value;
    }

    /** Of matrix products. */
    Precision precision() {
        return precision;
    }

    void setPrecision(Precision value) {
        precision = value;
    }

    @Nullable
    LowRank change(int slot) {
        return changes[slot];
    }

    void setChange(int slot, LowRank change) {
        changes[slot] = change;
    }

    @Override
    public void close() {
        owned.forEach(Tensor::releaseReference);
        owned.clear();
    }
}
