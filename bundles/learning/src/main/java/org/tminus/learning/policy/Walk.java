/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.learning.outcome.Spending;

/**
 * Outcomes as the world of a policy: where it may go, what it sees, what it has paid. All of it is looked up in tables, so
 * that millions of decisions take minutes. Immutable.
 */
final class Walk {
    /** Where a stop leads. */
    static final int STOP = -1;

    private static final double LEAST_BUDGET = 0.01;
    private static final double LEAST_PROBABILITY = 1e-7;
    private static final double LOGIT_LIMIT = 8;
    private static final double LOGIT_SCALE = 4;

    final Outcomes outcomes;
    final LstmShape shape;
    final Spending spending;
    /** Per node the allowed actions, ascending. */
    final int[][] actions;
    /** Per node, for each allowed action, the node that follows, or {@link #STOP}. */
    final int[][] targets;

    private final boolean scaled;
    private final boolean[] leaf;
    /** Per node the last one on the way to it whose head is read; 0 if there is none. */
    private final int[] readBefore;

    private final double[] depth;
    private final double[] last;
    private final double[] expectedRatio;
    private final boolean[][] kept;
    /** Per node and example; null if it is what {@link #kept} says. */
    private final double @Nullable [][] worth;

    private final double unit;

    Walk(Outcomes outcomes, LstmShape shape, Basis basis) {
        this(outcomes, shape, basis, null);
    }

    /** @param worth per node and example what the answer is worth; null if it is worth 1 where it is kept, else 0 */
    Walk(Outcomes outcomes, LstmShape shape, Basis basis, double @Nullable [][] worth) {
        if (outcomes.trie().layers() != shape.layers() || outcomes.complexityClasses() != shape.complexityClasses()) {
            throw new IllegalArgumentException("A policy for " + shape.layers() + " layers and "
                    + shape.complexityClasses() + " classes of complexity does not fit outcomes of "
                    + outcomes.trie().layers() + " and " + outcomes.complexityClasses());
        }
        this.outcomes = outcomes;
        this.shape = shape;
        this.scaled = shape.observation() > 1;
        this.worth = worth;
        PathTrie trie = outcomes.trie();
        int nodes = trie.nodes().size();
        actions = new int[nodes][];
        targets = new int[nodes][];
        leaf = new boolean[nodes];
        readBefore = new int[nodes];
        depth = new double[nodes];
        last = new double[nodes];
        boolean[] read = new boolean[nodes];
        for (PathTrie.Node node : trie.nodes()) {
            int at = node.index();
            List<Integer> next = trie.next(node);
            List<Integer> allowed = new ArrayList<>();
            List<Integer> to = new ArrayList<>();
            if (node.path() >= 0) {
                allowed.add(0);
                to.add(STOP);
            }
            for (int layer : next) {
                allowed.add(1 + layer);
                to.add(trie.after(node, layer).index());
            }
            actions[at] = allowed.stream().mapToInt(Integer::intValue).toArray();
            targets[at] = to.stream().mapToInt(Integer::intValue).toArray();
            leaf[at] = next.isEmpty();
            depth[at] = (double) node.depth() / trie.layers();
            last[at] = (node.layer() + 1.0) / trie.layers();
            read[at] = shape.loop() == Loop.CLOSED && at > 0 && allowed.size() > 1 && outcomes.hasExit(at);
            if (at > 0) {
                readBefore[at] = read[node.parent()] ? node.parent() : readBefore[node.parent()];
            }
        }
        spending = new Spending(outcomes, read, shape.complexityClasses() > 0);
        unit = spending.meanFullDepth();
        expectedRatio = new double[outcomes.rows()];
        for (int row = 0; row < expectedRatio.length; row++) {
            float[] probabilities = outcomes.complexity(row);
            for (int k = 0; probabilities != null && k < probabilities.length; k++) {
                // Divided first, as where the policy is served: sums may differ in their last bit otherwise.
                double ratio = outcomes.flops(outcomes.complexityPath(k), row) / spending.fullDepth(row);
                expectedRatio[row] += probabilities[k] * ratio;
            }
        }
        kept = new boolean[nodes][];
        for (int node = 1; node < nodes; node++) {
            kept[node] = new boolean[outcomes.rows()];
            for (int row = 0; row < outcomes.rows(); row++) {
                kept[node][row] = basis.isKept(outcomes, node, row);
            }
        }
    }

    int rows() {
        return outcomes.rows();
    }

    /** Whether nothing follows a node: the walk ends there without a step of the policy. */
    boolean isLeaf(int node) {
        return leaf[node];
    }

    /** Whether there is anything to decide at a node. */
    boolean isChoice(int node) {
        return actions[node].length > 1;
    }

    int path(int node) {
        return outcomes.trie().nodes().get(node).path();
    }

    /** How many steps the policy takes on the way to a node and at it; none at a leaf. */
    int steps(int node) {
        int run = outcomes.trie().nodes().get(node).depth();
        return leaf[node] ? run : run + 1;
    }

    /** 1 if the answer at a node is kept, else 0; at the root 0. */
    double kept(int node, int row) {
        return node > 0 && kept[node][row] ? 1 : 0;
    }

    /** What the answer at a node is worth, 0 to 1; at the root nothing. */
    double worth(int node, int row) {
        return worth == null ? kept(node, row) : worth[node][row];
    }

    /** The mean worth of the answers that were chosen. */
    double worth(Choices choices) {
        double sum = 0;
        for (int row = 0; row < rows(); row++) {
            sum += worth(outcomes.trie().end(choices.path(row)).index(), row);
        }
        return sum / rows();
    }

    /** The potential that shapes the reward: what the answer here is worth; at the root what that of full depth is. */
    double potential(int node, int row) {
        return worth(node == 0 ? outcomes.fullDepthNode() : node, row);
    }

    /** FLOPs over mean full depth paid up to standing at a node, without the policy's own step there. */
    double paid(int node, int row) {
        return (spending.at(node, row) + outcomes.trie().nodes().get(node).depth() * shape.flopsPerStep()) / unit;
    }

    /** FLOPs over mean full depth of a walk that answers at a node: everything included. */
    double paidToAnswer(int node, int row) {
        return flopsToAnswer(node, row) / unit;
    }

    /** FLOPs of a walk that answers at a node: everything included. */
    double flopsToAnswer(int node, int row) {
        return spending.answered(node, row) + steps(node) * shape.flopsPerStep();
    }

    /** What a policy that reads the exit of a node sees of it; {@link Outcomes#OBSERVED} says what the numbers are. */
    float observation(int node, int row, int index) {
        // Where a policy really runs, an answer can be compared only with one that was read.
        return index == 3 ? outcomes.unchanged(node, readBefore[node], row) : outcomes.observation(node, row, index);
    }

    void observe(int node, int row, double budget, double[] into, int at) {
        into[at] = depth[node];
        into[at + 1] = last[node];
        into[at + 2] = scaled ? 1 + Math.log(Math.max(LEAST_BUDGET, budget)) / 2 : budget;
        into[at + 3] = spending.at(node, row) / spending.fullDepth(row);
        into[at + 4] = node == 0 ? 1 : 0;
        boolean seen = spending.isRead(node);
        for (int i = 0; i < Outcomes.OBSERVATIONS; i++) {
            into[at + 5 + i] = seen ? observation(node, row, i) : 0;
        }
        if (scaled && seen) {
            double largest = Math.max(LEAST_PROBABILITY, into[at + 5]);
            double second = Math.max(LEAST_PROBABILITY, into[at + 5] - into[at + 6]);
            double others = Math.max(LEAST_PROBABILITY, 1 - into[at + 5]);
            into[at + 5] = Math.max(-LOGIT_LIMIT, Math.min(LOGIT_LIMIT, Math.log(largest / others))) / LOGIT_SCALE;
            into[at + 6] = Math.min(LOGIT_LIMIT, Math.log(largest / second)) / LOGIT_SCALE;
        }
        into[at + 9] = seen ? 1 : 0;
        into[at + 10] = expectedRatio[row];
        float[] probabilities = outcomes.complexity(row);
        for (int k = 0; probabilities != null && k < probabilities.length; k++) {
            into[at + LstmShape.FIXED_FEATURES + k] = probabilities[k];
        }
    }
}
