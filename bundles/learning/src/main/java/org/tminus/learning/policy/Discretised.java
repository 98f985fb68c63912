/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.Arrays;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;

/**
 * Makes what a policy sees coarse, so that histories repeat and the exact optimum of the table can be told. Per node the
 * confidence falls into bins of equal count on the outcomes that this was fitted to, and margin and entropy become the mean
 * of the bin; "unchanged" becomes 0. Of the predictor's probabilities the most probable class is left, with probability 1.
 * Answers and costs stay as they are. Immutable.
 */
public final class Discretised {
    private final float[][] edges;
    private final float[][][] means;

    private Discretised(float[][] edges, float[][][] means) {
        this.edges = edges;
        this.means = means;
    }

    /** @param bins per node; of few bins histories repeat more often */
    public static Discretised fit(Outcomes outcomes, int bins) {
        int nodes = outcomes.trie().nodes().size();
        float[][] edges = new float[nodes][];
        float[][][] means = new float[nodes][bins][Outcomes.OBSERVATIONS];
        for (int node = 1; node < nodes; node++) {
            float[] sorted = new float[outcomes.rows()];
            for (int row = 0; row < sorted.length; row++) {
                sorted[row] = outcomes.confidence(node, row);
            }
            Arrays.sort(sorted);
            edges[node] = new float[bins - 1];
            for (int bin = 1; bin < bins; bin++) {
                edges[node][bin - 1] = sorted[(int) ((long) bin * sorted.length / bins)];
            }
            int[] counts = new int[bins];
            for (int row = 0; row < outcomes.rows(); row++) {
                int bin = bin(edges[node], outcomes.confidence(node, row));
                counts[bin]++;
                for (int i = 0; i < 3; i++) {
                    means[node][bin][i] += outcomes.observation(node, row, i);
                }
            }
            for (int bin = 0; bin < bins; bin++) {
                for (int i = 0; i < 3; i++) {
                    means[node][bin][i] /= Math.max(1, counts[bin]);
                }
            }
        }
        edges[0] = new float[0];
        return new Discretised(edges, means);
    }

    private static int bin(float[] edges, float value) {
        int bin = 0;
        while (bin < edges.length && value >= edges[bin]) {
            bin++;
        }
        return bin;
    }

    /** The same outcomes, seen coarsely; over the menu that this was fitted to. */
    public Outcomes apply(Outcomes outcomes) {
        float[][] observations = new float[edges.length][];
        observations[0] = new float[0];
        for (PathTrie.Node node : outcomes.trie().nodes().subList(1, edges.length)) {
            float[] coarse = new float[outcomes.rows() * Outcomes.OBSERVATIONS];
            for (int row = 0; row < outcomes.rows(); row++) {
                int bin = bin(edges[node.index()], outcomes.confidence(node.index(), row));
                System.arraycopy(means[node.index()][bin], 0, coarse, row * Outcomes.OBSERVATIONS, 3);
            }
            observations[node.index()] = coarse;
        }
        Outcomes seen = outcomes.withObservations(observations);
        int classes = outcomes.complexityClasses();
        if (classes == 0) {
            return seen;
        }
        float[][] certain = new float[outcomes.rows()][classes];
        int[] paths = new int[classes];
        for (int k = 0; k < classes; k++) {
            paths[k] = outcomes.complexityPath(k);
        }
        for (int row = 0; row < certain.length; row++) {
            float[] probabilities = outcomes.complexity(row);
            int best = 0;
            for (int k = 1; probabilities != null && k < classes; k++) {
                best = probabilities[k] > probabilities[best] ? k : best;
            }
            certain[row][best] = 1;
        }
        return seen.withComplexity(certain, paths);
    }
}
