/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.outcome;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answers at every node of a path trie to every example of a split, and what a policy could see there. Immutable as
 * long as nobody writes to the arrays given. Nodes are numbered as in the trie; the root's entries are unused.
 */
public final class Outcomes {
    /** Numbers per node and example that a closed-loop policy sees: see {@link #OBSERVED}. */
    public static final int OBSERVATIONS = 4;

    /**
     * Names of the observations by index: the largest probability of the exit, its lead over the second, entropy over
     * {@code ln(classes)}, and whether the answer is that of the node before (1) or not (0; at depth 1 as well).
     */
    public static final List<String> OBSERVED = List.of("confidence", "margin", "entropy", "unchanged");

    private final PathTrie trie;
    private final PathCosts costs;
    private final int classes;
    private final int[][] answers;
    private final float[][] observations;
    private final int[] truth;
    private final int[] lengths;
    private final float @Nullable [][] complexity;

    /**
     * @param classes the number of classes of the answers
     * @param answers per node and example the class; the root's array is empty
     * @param observations per node, {@link #OBSERVATIONS} numbers per example, example by example; the root's is empty
     * @param truth per example the right class; -1 if nobody knows
     * @param lengths per example the length of its sequence, 0 for none
     * @param complexity per example the predictor's probability of each of its classes; null without a predictor. On the
     *     decision split it must come from trees that did not see the example
     */
    public Outcomes(
            PathTrie trie,
            PathCosts costs,
            int classes,
            int[][] answers,
            float[][] observations,
            int[] truth,
            int[] lengths,
            float @Nullable [][] complexity) {
        if (answers.length != trie.nodes().size() || observations.length != answers.length) {
            throw new IllegalArgumentException("Answers of " + answers.length + " nodes do not fit a trie of "
                    + trie.nodes().size());
        }
        this.trie = trie;
        this.costs = costs;
        this.classes = classes;
        this.answers = answers;
        this.observations = observations;
        this.truth = truth;
        this.lengths = lengths;
        this.complexity = complexity;
    }

    /** The same with a predictor's probabilities. */
    public Outcomes withComplexity(float[][] probabilities) {
        return new Outcomes(trie, costs, classes, answers, observations, truth, lengths, probabilities);
    }

    public PathTrie trie() {
        return trie;
    }

    public PathCosts costs() {
        return costs;
    }

    public int classes() {
        return classes;
    }

    public int rows() {
        return truth.length;
    }

    public int answer(int node, int row) {
        return answers[node][row];
    }

    public float observation(int node, int row, int index) {
        return observations[node][row * OBSERVATIONS + index];
    }

    /** The largest probability of the exit at a node. */
    public float confidence(int node, int row) {
        return observation(node, row, 0);
    }

    public int truth(int row) {
        return truth[row];
    }

    public int length(int row) {
        return lengths[row];
    }

    /** Whether every example has a label. */
    public boolean isLabelled() {
        for (int label : truth) {
            if (label < 0) {
                return false;
            }
        }
        return true;
    }

    /** The predictor's probabilities for an example; null without a predictor. Not to be written to. */
    public float @Nullable [] complexity(int row) {
        return complexity == null ? null : complexity[row];
    }

    /** The node where full depth, the last path of the menu, ends. */
    public int fullDepthNode() {
        return trie.end(trie.menu().size() - 1).index();
    }

    public int pathAnswer(int path, int row) {
        return answers[trie.end(path).index()][row];
    }

    /** Whether a path answers as full depth does. */
    public boolean agrees(int path, int row) {
        return pathAnswer(path, row) == answers[fullDepthNode()][row];
    }

    public boolean isRight(int path, int row) {
        return pathAnswer(path, row) == truth[row];
    }

    /** FLOPs of a path for an example, without what deciding costs. */
    public double flops(int path, int row) {
        return costs.path(trie.menu().get(path), lengths[row]);
    }

    public double fullDepthFlops(int row) {
        return flops(trie.menu().size() - 1, row);
    }
}
