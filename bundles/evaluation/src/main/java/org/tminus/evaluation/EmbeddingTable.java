/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.outcome.PathTrie;

/**
 * How far the embedding at every exit is from that of full depth. An exit may be heard before full depth, so that the
 * embeddings of a batch are held until the next one begins. Filled by one thread.
 */
final class EmbeddingTable implements OutputVisitor {
    /** The answer that is like that of full depth. */
    static final int KEPT = 1;

    static final int NOT_KEPT = 0;
    private static final int UNSET = -1;

    private final int fullDepth;
    private final float[][] cosines;
    private final Map<Integer, float[]> held = new HashMap<>();
    private int[] batch = new int[0];

    EmbeddingTable(PathTrie trie, int rows) {
        this.fullDepth = trie.end(trie.menu().size() - 1).index();
        this.cosines = new float[trie.nodes().size()][];
        for (int node = 1; node < cosines.length; node++) {
            cosines[node] = new float[rows];
            Arrays.fill(cosines[node], Float.NaN);
        }
    }

    @Override
    public void accept(int node, int[] rows, float[] values) {
        if (!Arrays.equals(rows, batch)) {
            finish();
            batch = rows.clone();
        }
        held.put(node, values);
    }

    /** After the last batch. */
    void finish() {
        float[] target = held.get(fullDepth);
        held.forEach((node, values) -> compare(node, values, target));
        held.clear();
        batch = new int[0];
    }

    private void compare(int node, float[] values, float @Nullable [] target) {
        if (target == null || target.length != values.length) {
            throw new IllegalStateException("Full depth gave no embeddings for a batch, or others");
        }
        int width = values.length / batch.length;
        for (int i = 0; i < batch.length; i++) {
            cosines[node][batch[i]] = (float) Cosine.of(values, target, i * width, width);
        }
    }

    /** To full depth; NaN at nodes without an exit. */
    float cosine(int node, int row) {
        return cosines[node][row];
    }

    /** Per node and example whether an answer is kept; -1 at nodes without an exit. Full depth is kept by definition. */
    int[][] answers(double keptCosine) {
        int[][] answers = new int[cosines.length][];
        answers[0] = new int[0];
        for (int node = 1; node < answers.length; node++) {
            answers[node] = new int[cosines[node].length];
            for (int row = 0; row < answers[node].length; row++) {
                float cosine = cosines[node][row];
                boolean kept = node == fullDepth || cosine >= keptCosine;
                answers[node][row] = Float.isNaN(cosine) ? UNSET : kept ? KEPT : NOT_KEPT;
            }
        }
        return answers;
    }
}
