/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.outcome;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a walk down the trie has cost when it stands at a node: stem, layers, predictor if it is asked, and every exit head
 * that was read on the way. A head is paid once: an answer at a node whose head was read costs nothing more. Immutable.
 */
public final class Spending {
    private final Outcomes outcomes;
    private final boolean[] read;
    private final Map<Integer, Integer> lengthIndex = new HashMap<>();
    private final int[] rowLength;
    private final double[][] spent;
    private final double[][] head;
    private final double[] full;

    /**
     * @param read per node whether its exit head is read as soon as the walk gets there; the root has none
     * @param predictor whether the predictor is asked before the first layer
     */
    public Spending(Outcomes outcomes, boolean[] read, boolean predictor) {
        this.outcomes = outcomes;
        this.read = read.clone();
        rowLength = new int[outcomes.rows()];
        for (int row = 0; row < rowLength.length; row++) {
            rowLength[row] = lengthIndex.computeIfAbsent(outcomes.length(row), length -> lengthIndex.size());
        }
        List<PathTrie.Node> nodes = outcomes.trie().nodes();
        spent = new double[lengthIndex.size()][nodes.size()];
        head = new double[lengthIndex.size()][nodes.size()];
        full = new double[lengthIndex.size()];
        PathCosts costs = outcomes.costs();
        lengthIndex.forEach((length, index) -> {
            full[index] =
                    costs.path(outcomes.trie().menu().get(outcomes.trie().menu().size() - 1), length);
            spent[index][0] = costs.stem(length) + (predictor ? costs.predictor(length) : 0);
            for (PathTrie.Node node : nodes.subList(1, nodes.size())) {
                head[index][node.index()] = costs.exit(exit(outcomes.trie(), node), length);
                spent[index][node.index()] = spent[index][node.parent()]
                        + costs.layer(node.layer(), length)
                        + (read[node.index()] ? head[index][node.index()] : 0);
            }
        });
    }

    /** The number of the exit at a node: that of the path that ends there, else the one after the layer that ran last. */
    public static int exit(PathTrie trie, PathTrie.Node node) {
        return node.path() >= 0 ? trie.menu().get(node.path()).exit() : node.layer();
    }

    /** Whether the head at a node is read on the way. */
    public boolean isRead(int node) {
        return read[node];
    }

    /** FLOPs spent when the walk stands at a node, its head included if it is read. */
    public double at(int node, int row) {
        return spent[rowLength[row]][node];
    }

    /** FLOPs spent when the walk ends at a node and answers there. */
    public double answered(int node, int row) {
        int length = rowLength[row];
        return spent[length][node] + (read[node] ? 0 : head[length][node]);
    }

    /** FLOPs of full depth on its own for an example. */
    public double fullDepth(int row) {
        return full[rowLength[row]];
    }

    /** Mean FLOPs of full depth on its own over the examples; what ratios are relative to. */
    public double meanFullDepth() {
        double sum = 0;
        for (int row = 0; row < rowLength.length; row++) {
            sum += full[rowLength[row]];
        }
        return sum / outcomes.rows();
    }
}
