/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import java.util.List;

/**
 * A tree ensemble in flat arrays. A walk reads four arrays at one index per node; a child below 0 is leaf {@code ~child}.
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

    TreeEnsemble(int features, int classes, int trees, int branches, int leaves, int weights) {
        this.features = features;
        this.classes = classes;
        roots = new int[trees];
        feature = new int[branches];
        threshold = new float[branches];
        yes = new int[branches];
        no = new int[branches];
        mode = new byte[branches];
        missingYes = new boolean[branches];
        weightEnd = new int[leaves];
        weightClass = new byte[weights];
        weight = new float[weights];
    }

    void setRoot(int tree, int place) {
        roots[tree] = place;
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
     * @param result receives {@link #classes()} values, after the post-transform
     */
    void evaluate(float[] row, float[] result) {
        System.arraycopy(base, 0, result, 0, classes);
        for (int root : roots) {
            int leaf = ~(onlyLeq ? walkLeq(root, row) : walk(root, row));
            int end = weightEnd[leaf];
            for (int index = leaf == 0 ? 0 : weightEnd[leaf - 1]; index < end; index++) {
                result[weightClass[index]] += weight[index];
            }
        }
        if (softmax) {
            softmax(result);
        }
    }

    /** Nearly all ensembles have this one mode, so it gets a loop without a choice. */
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
