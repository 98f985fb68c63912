/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tree ensemble in flat arrays. A walk reads four arrays at one index per node; a child below 0 is leaf {@code ~child}. Where
 * the trees are small and all their branches of the usual kind, as nearly always, {@link LeafMasks} find the leaves faster than walks.
 * Once built it does not change and is safe for any number of threads. Compares and adds in float32, as ONNX does.
 */
final class TreeEnsemble {
    /** The node modes of ONNX; the index of a mode here is its code. */
    static final List<String> MODES =
            List.of("LEAF", "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ");

    static final int LEAF = 0;
    private static final int LEQ = 1;
    private static final int LT = 2;
    private static final int GTE = 3;
    private static final int GT = 4;
    private static final int EQ = 5;

    private final int features;
    private final int classes;
    private final int[] roots;
    /** The first leaf of each tree, and how many leaves there are. */
    private final int[] firstLeaf;

    private final int[] feature;
    private final float[] threshold;
    private final int[] yes;
    private final int[] no;
    private final byte[] mode;
    private final boolean[] missingYes;
    /** The weights of leaf <i>k</i> end before this index; they begin where those of the leaf before it end. */
    private final int[] weightEnd;

    private final byte[] weightClass;
    private final float[] weight;
    private float[] base = new float[0];
    private boolean softmax;
    private boolean onlyLeq = true;
    private @Nullable LeafMasks masks;

    TreeEnsemble(int features, int classes, int trees, int branches, int leaves, int weights) {
        this.features = features;
        this.classes = classes;
        roots = new int[trees];
        firstLeaf = new int[trees + 1];
        feature = new int[branches];
        threshold = new float[branches];
        yes = new int[branches];
        no = new int[branches];
        mode = new byte[branches];
        missingYes = new boolean[branches];
        weightEnd = new int[leaves];
        firstLeaf[trees] = leaves;
        weightClass = new byte[weights];
        weight = new float[weights];
    }

    /** @param leaf the tree's first one; leaves are numbered tree by tree, within a tree those of yes before those of no */
    void setRoot(int tree, int place, int leaf) {
        roots[tree] = place;
        firstLeaf[tree] = leaf;
    }

    void setBranch(int place, int featureId, float value, byte branchMode, boolean missingTracksTrue) {
        feature[place] = featureId;
        threshold[place] = value;
        mode[place] = branchMode;
        missingYes[place] = missingTracksTrue;
        onlyLeq &= branchMode == LEQ;
    }

    void setChildren(int place, int yesPlace, int noPlace) {
        yes[place] = yesPlace;
        no[place] = noPlace;
    }

    void setWeight(int index, int classId, float value) {
        weightClass[index] = (byte) classId;
        weight[index] = value;
    }

    void endLeaf(int leaf, int end) {
        weightEnd[leaf] = end;
    }

    void finish(boolean withSoftmax, float[] baseValues) {
        softmax = withSoftmax;
        base = baseValues.clone();
        masks = onlyLeq ? masks() : null;
    }

    /** Null if a tree has too many leaves. */
    private @Nullable LeafMasks masks() {
        for (int tree = 0; tree < roots.length; tree++) {
            if (firstLeaf[tree + 1] - firstLeaf[tree] > LeafMasks.MOST_LEAVES) {
                return null;
            }
        }
        List<LeafMasks.Branch> branches = new ArrayList<>();
        for (int tree = 0; tree < roots.length; tree++) {
            addBranches(tree, roots[tree], 0, branches);
        }
        return new LeafMasks(branches, roots.length);
    }

    /**
     * Adds a node and all below it, as deep as a small tree can be.
     *
     * @param from how many leaves of its tree come before it
     * @return how many come before the next one
     */
    private int addBranches(int tree, int node, int from, List<LeafMasks.Branch> branches) {
        if (node < 0) {
            return from + 1;
        }
        int to = addBranches(tree, yes[node], from, branches);
        branches.add(new LeafMasks.Branch(feature[node], threshold[node], missingYes[node], tree, from, to));
        return addBranches(tree, no[node], to, branches);
    }

    /** What {@link #evaluate} needs for one thread at a time. */
    long[] workspace() {
        return new long[roots.length];
    }

    int features() {
        return features;
    }

    int classes() {
        return classes;
    }

    int trees() {
        return roots.length;
    }

    /**
     * Evaluates one row without allocating.
     *
     * @param row at least {@link #features()} values; NaN counts as missing
     * @param workspace from {@link #workspace()}; what is in it does not matter, and is overwritten
     * @param result receives {@link #classes()} values, after the post-transform
     */
    void evaluate(float[] row, long[] workspace, float[] result) {
        System.arraycopy(base, 0, result, 0, classes);
        if (masks != null) {
            masks.mark(row, workspace);
            for (int tree = 0; tree < roots.length; tree++) {
                vote(firstLeaf[tree] + Long.numberOfTrailingZeros(workspace[tree]), result);
            }
        } else {
            for (int root : roots) {
                vote(~(onlyLeq ? walkLeq(root, row) : walk(root, row)), result);
            }
        }
        if (softmax) {
            softmax(result);
        }
    }

    private void vote(int leaf, float[] result) {
        int end = weightEnd[leaf];
        for (int index = leaf == 0 ? 0 : weightEnd[leaf - 1]; index < end; index++) {
            result[weightClass[index]] += weight[index];
        }
    }

    /** Ensembles with larger trees have nearly always this one mode, so it gets a loop without a choice. */
    private int walkLeq(int root, float[] row) {
        int node = root;
        while (node >= 0) {
            float value = row[feature[node]];
            boolean taken = value <= threshold[node] || (Float.isNaN(value) && missingYes[node]);
            node = taken ? yes[node] : no[node];
        }
        return node;
    }

    private int walk(int root, float[] row) {
        int node = root;
        while (node >= 0) {
            float value = row[feature[node]];
            float bound = threshold[node];
            boolean taken =
                    switch (mode[node]) {
                        case LEQ -> value <= bound;
                        case LT -> value < bound;
                        case GTE -> value >= bound;
                        case GT -> value > bound;
                        case EQ -> value == bound;
                        default -> value != bound;
                    };
            node = taken || (Float.isNaN(value) && missingYes[node]) ? yes[node] : no[node];
        }
        return node;
    }

    private void softmax(float[] scores) {
        float largest = scores[0];
        for (int index = 1; index < classes; index++) {
            largest = Math.max(largest, scores[index]);
        }
        float sum = 0;
        for (int index = 0; index < classes; index++) {
            scores[index] = (float) Math.exp(scores[index] - largest);
            sum += scores[index];
        }
        for (int index = 0; index < classes; index++) {
            scores[index] /= sum;
        }
    }
}
