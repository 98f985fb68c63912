/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Random token sequences of 1 to 12 tokens, padded with zeros. */
public final class Sentences implements Examples {
    private final long[][] ids;
    private final int[] labels;
    private final long seed;

    public Sentences(int size, int labels, long seed) {
        this.seed = seed;
        Random random = new Random(seed);
        this.ids = new long[size][];
        this.labels = new int[size];
        for (int row = 0; row < size; row++) {
            ids[row] = random.longs(1 + random.nextInt(12), 1, TinyEncoder.VOCABULARY)
                    .toArray();
            this.labels[row] = random.nextInt(labels);
        }
    }

    @Override
    public int size() {
        return ids.length;
    }

    @Override
    public String id(int row) {
        return "sentence-" + seed + "-" + row;
    }

    @Override
    public int label(int row) {
        return labels[row];
    }

    @Override
    public int length(int row) {
        return ids[row].length;
    }

    @Override
    public Map<String, HostTensor> inputs(int[] rows) {
        int width = 0;
        for (int row : rows) {
            width = Math.max(width, ids[row].length);
        }
        long[] tokens = new long[rows.length * width];
        long[] mask = new long[tokens.length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(ids[rows[i]], 0, tokens, i * width, ids[rows[i]].length);
            java.util.Arrays.fill(mask, i * width, i * width + ids[rows[i]].length, 1);
        }
        Map<String, HostTensor> inputs = new HashMap<>();
        inputs.put("input_ids", HostTensor.ofLongs(Shape.of(rows.length, width), tokens));
        inputs.put("attention_mask", HostTensor.ofLongs(Shape.of(rows.length, width), mask));
        return inputs;
    }

    @Override
    public Display display(int row) {
        return new Display.Text(java.util.Arrays.toString(ids[row]));
    }
}
