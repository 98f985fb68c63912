/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import org.tminus.learning.baseline.ConfidenceExit;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.PathTrie;

/** Somebody to imitate: shows a walk for an example and a bucket of budget, and what it would do at each place of it. */
abstract class Teacher {
    private final Walk walk;

    private Teacher(Walk walk) {
        this.walk = walk;
    }

    /** The node where the walk that is shown ends. */
    abstract int end(int row, int bucket);

    /** Whether it would stop at a node of that walk where a path ends, rather than go on. */
    abstract boolean stops(int node, int row, int bucket);

    /**
     * Walks to full depth and stops where a confidence exit would, but shows what it would do beyond that as well, since a
     * learner strays there.
     *
     * @param exits by bucket
     */
    static Teacher confidence(Walk walk, ConfidenceExit[] exits) {
        int[][] checkpoint = new int[exits.length][walk.outcomes.trie().nodes().size()];
        for (int bucket = 0; bucket < exits.length; bucket++) {
            java.util.Arrays.fill(checkpoint[bucket], -1);
            int[] nodes = exits[bucket].checkpoints();
            for (int i = 0; i < nodes.length; i++) {
                checkpoint[bucket][nodes[i]] = i;
            }
        }
        return new Teacher(walk) {
            @Override
            int end(int row, int bucket) {
                return walk.outcomes.fullDepthNode();
            }

            @Override
            boolean stops(int node, int row, int bucket) {
                int at = checkpoint[bucket][node];
                return at >= 0 && exits[bucket].stopsAt(walk.outcomes, at, row);
            }
        };
    }

    /** Walks to the paths that were chosen, given by bucket. */
    static Teacher choices(Walk walk, Choices[] chosen) {
        return new Teacher(walk) {
            @Override
            int end(int row, int bucket) {
                return walk.outcomes.trie().end(chosen[bucket].path(row)).index();
            }

            @Override
            boolean stops(int node, int row, int bucket) {
                return node == end(row, bucket);
            }
        };
    }

    /** Fills in the walk of an episode whose row and bucket are set. */
    void show(Episodes episodes, int e) {
        int row = episodes.row[e];
        int bucket = episodes.bucket[e];
        PathTrie.Node at = walk.outcomes.trie().nodes().get(end(row, bucket));
        int next = Walk.STOP;
        if (walk.isLeaf(at.index())) {
            next = at.index();
            at = walk.outcomes.trie().nodes().get(at.parent());
        }
        episodes.length[e] = at.depth() + 1;
        for (int t = at.depth(); t >= 0; t--) {
            int node = at.index();
            boolean stop = walk.actions[node][0] == 0 && stops(node, row, bucket);
            episodes.node[t][e] = node;
            episodes.action[t][e] = indexOf(walk.targets[node], stop ? Walk.STOP : next);
            next = node;
            if (t > 0) {
                at = walk.outcomes.trie().nodes().get(at.parent());
            }
        }
    }

    private static int indexOf(int[] values, int wanted) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == wanted) {
                return i;
            }
        }
        throw new IllegalStateException("A walk that the trie does not have");
    }
}
