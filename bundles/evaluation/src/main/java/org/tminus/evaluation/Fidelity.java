/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tminus.evaluation.method.Subject;
import org.tminus.learning.data.Examples;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.PathTrie;

/**
 * How true embeddings are to those of full depth: by direction, and by the neighbours that they find. The corpus is the
 * examples at full depth; every query is one of them, looks for its {@value #NEIGHBOURS} nearest others, and at full depth
 * finds them all. Immutable once made.
 */
final class Fidelity {
    static final int NEIGHBOURS = 10;
    private static final int MOST_QUERIES = 1000;

    private final EmbeddingTable table;
    private final int[] queries;
    /** Per node, by query, the share of the right neighbours that its embedding finds. */
    private final Map<Integer, float[]> recall;

    private Fidelity(EmbeddingTable table, int[] queries, Map<Integer, float[]> recall) {
        this.table = table;
        this.queries = queries;
        this.recall = recall;
    }

    /** Runs every path once more; up to 1,000 examples, evenly spread, are queries. */
    static Fidelity measure(Subject subject, Examples examples, EvaluationProgress progress)
            throws EvaluationException {
        PathTrie trie = subject.trie();
        int full = trie.end(trie.menu().size() - 1).index();
        int[] queries = queries(examples.size());
        Map<Integer, Integer> place = new HashMap<>();
        for (int i = 0; i < queries.length; i++) {
            place.put(queries[i], i);
        }
        EmbeddingTable table = new EmbeddingTable(trie, examples.size());
        Map<Integer, float[][]> asked = new HashMap<>();
        float[][] corpus = new float[examples.size()][];
        subject.visit(examples, "embeddings", progress, (node, rows, values) -> {
            table.accept(node, rows, values);
            boolean answers = trie.nodes().get(node).path() >= 0;
            int width = values.length / rows.length;
            for (int i = 0; i < rows.length; i++) {
                Integer query = place.get(rows[i]);
                if (node == full || (answers && query != null)) {
                    float[] unit = unit(Arrays.copyOfRange(values, i * width, (i + 1) * width));
                    if (node == full) {
                        corpus[rows[i]] = unit;
                    }
                    if (query != null) {
                        asked.computeIfAbsent(node, unseen -> new float[queries.length][])[query] = unit;
                    }
                }
            }
        });
        table.finish();
        Neighbours neighbours = new Neighbours(corpus);
        Map<Integer, float[]> recall = new HashMap<>();
        List<Integer> nodes = new ArrayList<>(asked.keySet());
        for (Integer node : nodes) {
            recall.put(node, new float[queries.length]);
        }
        for (int i = 0; i < queries.length; i++) {
            int[] wanted = neighbours.nearest(corpus[queries[i]], queries[i], NEIGHBOURS);
            for (Integer node : nodes) {
                float[][] embeddings = asked.getOrDefault(node, new float[0][]);
                float[] found = recall.getOrDefault(node, new float[0]);
                found[i] = node == full ? 1 : shared(wanted, neighbours.nearest(embeddings[i], queries[i], NEIGHBOURS));
            }
            progress.reportOrStop("looking for neighbours", i + 1L, queries.length);
        }
        return new Fidelity(table, queries, recall);
    }

    private static int[] queries(int size) {
        int count = Math.min(MOST_QUERIES, size);
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = (int) ((long) i * size / count);
        }
        return rows;
    }

    private static float[] unit(float[] vector) {
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        float scale = square == 0 ? 0 : (float) (1 / Math.sqrt(square));
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= scale;
        }
        return vector;
    }

    private static float shared(int[] wanted, int[] found) {
        int count = 0;
        for (int one : wanted) {
            count += Arrays.stream(found).anyMatch(other -> other == one) ? 1 : 0;
        }
        return wanted.length == 0 ? 1 : (float) count / wanted.length;
    }

    int queryCount() {
        return queries.length;
    }

    /** Of the chosen paths to full depth, over all examples. */
    double meanCosine(Choices choices) {
        PathTrie trie = choices.outcomes().trie();
        double sum = 0;
        int rows = choices.outcomes().rows();
        for (int row = 0; row < rows; row++) {
            sum += table.cosine(trie.end(choices.path(row)).index(), row);
        }
        return sum / rows;
    }

    /** Of the chosen paths, over the queries. */
    double recall(Choices choices) {
        PathTrie trie = choices.outcomes().trie();
        double sum = 0;
        for (int i = 0; i < queries.length; i++) {
            int node = trie.end(choices.path(queries[i])).index();
            sum += recall.getOrDefault(node, new float[queries.length])[i];
        }
        return sum / queries.length;
    }
}
