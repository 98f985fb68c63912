/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;

/**
 * Finds the leaves of all trees without walking through them: branch by branch, in the order of the features and their
 * thresholds, a row's leaves that it can no longer reach are taken out of a set; of those that remain in a tree, the first is
 * the one. This needs about as many steps as walks do, but each is at the next place in memory and none has to be guessed. For trees of at most
 * {@link #MOST_LEAVES} leaves whose branches all ask whether a value is at most a threshold. Immutable.
 *
 * <p>Source: Lucchese et al., QuickScorer: A Fast Algorithm to Rank Documents with Additive Ensembles of Regression Trees, SIGIR 2015.
 */
final class LeafMasks {
    /** As many as a long has bits. */
    static final int MOST_LEAVES = Long.SIZE;

    /** Those that a branch asks for. */
    private final int[] features;
    /** The branches of the feature at <i>k</i> begin here and end where the next ones begin. */
    private final int[] begin;

    private final float[] thresholds;
    private final int[] trees;
    /** Without the leaves for values up to the threshold. */
    private final long[] masks;

    private final boolean[] missingYes;
    private final int treeCount;

    /** A branch: leaves {@code from} to {@code to}, exclusive, of its tree are for values up to the threshold. */
    record Branch(int feature, float threshold, boolean missingYes, int tree, int from, int to) {
        long mask() {
            // At least one leaf is for values above it, so the shift never reaches 64.
            long upTo = (1L << to) - 1;
            return ~(upTo & -(1L << from));
        }
    }

    LeafMasks(Collection<Branch> unsorted, int treeCount) {
        this.treeCount = treeCount;
        Branch[] branches = unsorted.toArray(Branch[]::new);
        Arrays.sort(branches, Comparator.comparingInt(Branch::feature).thenComparing(Branch::threshold));
        thresholds = new float[branches.length];
        trees = new int[branches.length];
        masks = new long[branches.length];
        missingYes = new boolean[branches.length];
        int[] used = new int[branches.length];
        int[] first = new int[branches.length + 1];
        int count = 0;
        for (int at = 0; at < branches.length; at++) {
            Branch branch = branches[at];
            thresholds[at] = branch.threshold();
            trees[at] = branch.tree();
            masks[at] = branch.mask();
            missingYes[at] = branch.missingYes();
            if (at == 0 || branch.feature() != branches[at - 1].feature()) {
                used[count] = branch.feature();
                first[count++] = at;
            }
        }
        first[count] = branches.length;
        features = Arrays.copyOf(used, count);
        begin = Arrays.copyOf(first, count + 1);
    }

    /**
     * Finds the leaves of a row.
     *
     * @param reachable receives a set for each tree, whose lowest bit is the place of the row's leaf among those of the tree
     */
    void mark(float[] row, long[] reachable) {
        Arrays.fill(reachable, 0, treeCount, -1);
        for (int k = 0; k < features.length; k++) {
            float value = row[features[k]];
            int end = begin[k + 1];
            int at = begin[k];
            if (Float.isNaN(value)) {
                markMissing(at, end, reachable);
            } else {
                for (; at < end && value > thresholds[at]; at++) {
                    reachable[trees[at]] &= masks[at];
                }
            }
        }
    }

    private void markMissing(int begin, int end, long[] reachable) {
        for (int at = begin; at < end; at++) {
            if (!missingYes[at]) {
                reachable[trees[at]] &= masks[at];
            }
        }
    }
}
