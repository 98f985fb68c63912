/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.List;
import org.tminus.learning.baseline.Decider;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.learning.outcome.Spending;

/**
 * What the policy {@code confidence} does: along the way to full depth it reads the exits after some layers, and stops at
 * the first whose largest probability reaches the threshold there.
 *
 * @param depths after how many layers it may stop, ascending; each a path of the menu
 * @param thresholds one for each of them
 */
public record ThresholdExit(List<Integer> depths, List<Double> thresholds) implements Decider {
    /** Operations of a softmax per class, as the policy states them. */
    private static final long SOFTMAX_FLOPS = 4;

    /** @throws IllegalArgumentException if there is not a threshold for each depth */
    public ThresholdExit {
        depths = List.copyOf(depths);
        thresholds = List.copyOf(thresholds);
        if (depths.size() != thresholds.size()) {
            throw new IllegalArgumentException(depths.size() + " depths, but " + thresholds.size() + " thresholds");
        }
    }

    @Override
    public Choices decide(Outcomes outcomes) {
        PathTrie trie = outcomes.trie();
        int[] nodes = new int[depths.size()];
        boolean[] read = new boolean[trie.nodes().size()];
        PathTrie.Node at = trie.nodes().get(outcomes.fullDepthNode());
        while (at.parent() >= 0) {
            int place = depths.indexOf(at.depth());
            if (place >= 0) {
                if (at.path() < 0) {
                    throw new IllegalArgumentException("No path of the menu ends after " + at.depth() + " layers");
                }
                nodes[place] = at.index();
                read[at.index()] = true;
            }
            at = trie.nodes().get(at.parent());
        }
        Spending spending = new Spending(outcomes, read, false);
        long own = SOFTMAX_FLOPS * outcomes.classes() * (trie.menu().size() - 1);
        int[] paths = new int[outcomes.rows()];
        double[] flops = new double[paths.length];
        for (int row = 0; row < paths.length; row++) {
            int node = outcomes.fullDepthNode();
            for (int i = 0; i < nodes.length; i++) {
                // Confidences are floats: a threshold shall mean the same as at run time.
                if (outcomes.confidence(nodes[i], row) >= thresholds.get(i).floatValue()) {
                    node = nodes[i];
                    break;
                }
            }
            paths[row] = trie.nodes().get(node).path();
            flops[row] = spending.answered(node, row) + own;
        }
        return new Choices(outcomes, paths, flops);
    }
}
