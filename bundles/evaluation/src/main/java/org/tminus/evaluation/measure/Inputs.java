/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tminus.learning.data.Examples;
import org.tminus.tensor.HostTensor;

/**
 * Single inputs that are ready to be asked for, so that no preparation is timed. Immutable.
 *
 * @param rows which examples they are
 * @param tensors per input by name, one row each
 */
public record Inputs(List<Integer> rows, List<Map<String, HostTensor>> tensors) {
    public Inputs {
        rows = List.copyOf(rows);
        tensors = List.copyOf(tensors);
    }

    /** Evenly spread over the examples, so that also sorted data is sampled fairly. */
    public static Inputs of(Examples examples, int most) {
        int count = Math.min(most, examples.size());
        List<Integer> rows = new ArrayList<>();
        List<Map<String, HostTensor>> tensors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int row = (int) ((long) i * examples.size() / count);
            rows.add(row);
            tensors.add(examples.inputs(new int[] {row}));
        }
        return new Inputs(rows, tensors);
    }

    /** No more than the first of them. */
    public Inputs first(int most) {
        int count = Math.min(most, size());
        return new Inputs(rows.subList(0, count), tensors.subList(0, count));
    }

    public int size() {
        return rows.size();
    }
}
