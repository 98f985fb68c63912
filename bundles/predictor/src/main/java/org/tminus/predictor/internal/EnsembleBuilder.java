/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import static org.tminus.predictor.internal.EnsembleReader.unusable;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tminus.failure.ModelFormatException;

/**
 * Turns the attributes of a {@code TreeEnsembleClassifier} into a {@link TreeEnsemble}, and makes sure that each walk
 * from a root ends: every node has one parent but the roots, and every node is reached.
 */
final class EnsembleBuilder {
    /** The menu has at most 64 paths, so there are at most 64 depth classes. */
    private static final int CLASS_LIMIT = 64;

    private static final int FEATURE_LIMIT = 1 << 16;
    private static final int NO_PARENT = -1;

    private final EnsembleReader attributes;
    private final long[] treeIds;
    private final long[] nodeIds;
    private final long[] featureIds;
    private final float[] values;
    private final byte[] modes;
    private final long[] trueIds;
    private final long[] falseIds;
    private final boolean[] missingTrue;
    private final int count;
    private final Map<NodeKey, Integer> indices = new HashMap<>();

    private record NodeKey(long tree, long node) {}

    EnsembleBuilder(EnsembleReader attributes) throws ModelFormatException {
        this.attributes = attributes;
        treeIds = attributes.longs("nodes_treeids");
        count = treeIds.length;
        if (count == 0) {
            throw unusable("it has no nodes");
        }
        nodeIds = longs("nodes_nodeids");
        featureIds = longs("nodes_featureids");
        trueIds = longs("nodes_truenodeids");
        falseIds = longs("nodes_falsenodeids");
        values = attributes.floats("nodes_values");
        requireCount("nodes_values", values.length, count);
        List<String> names = attributes.strings("nodes_modes");
        requireCount("nodes_modes", names.size(), count);
        modes = new byte[count];
        for (int node = 0; node < count; node++) {
            int mode = TreeEnsemble.MODES.indexOf(names.get(node));
            if (mode < 0) {
                throw unusable("node mode '" + names.get(node) + "' is not one of " + TreeEnsemble.MODES);
            }
            modes[node] = (byte) mode;
        }
        missingTrue = new boolean[count];
        long[] missing = attributes.longs("nodes_missing_value_tracks_true");
        if (missing.length != 0) {
            requireCount("nodes_missing_value_tracks_true", missing.length, count);
            for (int node = 0; node < count; node++) {
                missingTrue[node] = missing[node] != 0;
            }
        }
    }

    private long[] longs(String name) throws ModelFormatException {
        long[] found = attributes.longs(name);
        requireCount(name, found.length, count);
        return found;
    }

    private static void requireCount(String name, int found, int expected) throws ModelFormatException {
        if (found != expected) {
            throw unusable("attribute '" + name + "' has " + found + " entries where " + expected + " are needed");
        }
    }

    /** @param features how many columns the graph's input has, by its declaration */
    TreeEnsemble build(long features) throws ModelFormatException {
        if (features < 1 || features > FEATURE_LIMIT) {
            throw unusable("its input has " + features + " features, not 1 to " + FEATURE_LIMIT);
        }
        int classes = countClasses();
        indexNodes();
        int[] trueChild = new int[count];
        int[] falseChild = new int[count];
        int[] parent = new int[count];
        Arrays.fill(parent, NO_PARENT);
        for (int node = 0; node < count; node++) {
            if (modes[node] == TreeEnsemble.LEAF) {
                continue;
            }
            if (featureIds[node] < 0 || featureIds[node] >= features) {
                throw unusable(name(node) + " reads feature " + featureIds[node] + " of " + features);
            }
            if (Float.isNaN(values[node])) {
                throw unusable(name(node) + " compares with NaN");
            }
            trueChild[node] = adopt(node, trueIds[node], parent);
            falseChild[node] = adopt(node, falseIds[node], parent);
        }
        return flatten((int) features, classes, trueChild, falseChild, parent);
    }

    private int countClasses() throws ModelFormatException {
        int labels = attributes.longs("classlabels_int64s").length
                + attributes.longs("classlabels_ints").length
                + attributes.strings("classlabels_strings").size();
        if (labels < 2 || labels > CLASS_LIMIT) {
            throw unusable("it has " + labels + " classes, not 2 to " + CLASS_LIMIT);
        }
        return labels;
    }

    private void indexNodes() throws ModelFormatException {
        for (int node = 0; node < count; node++) {
            if (indices.put(new NodeKey(treeIds[node], nodeIds[node]), node) != null) {
                throw unusable(name(node) + " is there twice");
            }
        }
    }

    private int adopt(int node, long childId, int[] parent) throws ModelFormatException {
        Integer child = indices.get(new NodeKey(treeIds[node], childId));
        if (child == null) {
            throw unusable(name(node) + " points to node " + childId + ", which its tree does not have");
        }
        if (child == node || parent[child] != NO_PARENT) {
            throw unusable(name(child) + " is reached from more than one node");
        }
        parent[child] = node;
        return child;
    }

    private TreeEnsemble flatten(int features, int classes, int[] trueChild, int[] falseChild, int[] parent)
            throws ModelFormatException {
        Leaves leaves = new Leaves(classes);
        int branches = 0;
        int leafCount = 0;
        int trees = 0;
        Map<Long, Integer> rootOfTree = new HashMap<>();
        for (int node = 0; node < count; node++) {
            if (modes[node] == TreeEnsemble.LEAF) {
                leafCount++;
            } else {
                branches++;
            }
            if (parent[node] == NO_PARENT) {
                trees++;
                if (rootOfTree.put(treeIds[node], node) != null) {
                    throw unusable("tree " + treeIds[node] + " has two roots");
                }
            }
        }
        TreeEnsemble ensemble = new TreeEnsemble(features, classes, trees, branches, leafCount, leaves.total());
        // Position of a node in the ensemble: branches count up from 0, leaves down from -1.
        int[] place = new int[count];
        int nextBranch = 0;
        int nextLeaf = 0;
        int tree = 0;
        int visited = 0;
        Deque<Integer> open = new ArrayDeque<>();
        for (int root = 0; root < count; root++) {
            if (parent[root] != NO_PARENT) {
                continue;
            }
            // Depth first, so that a walk touches memory that lies together.
            int firstLeaf = nextLeaf;
            open.push(root);
            while (!open.isEmpty()) {
                int node = open.pop();
                visited++;
                if (modes[node] == TreeEnsemble.LEAF) {
                    leaves.writeTo(ensemble, node, nextLeaf);
                    place[node] = ~nextLeaf++;
                } else {
                    place[node] = nextBranch;
                    ensemble.setBranch(
                            nextBranch++, (int) featureIds[node], values[node], modes[node], missingTrue[node]);
                    open.push(falseChild[node]);
                    open.push(trueChild[node]);
                }
            }
            ensemble.setRoot(tree++, place[root], firstLeaf);
        }
        if (visited != count) {
            throw unusable((count - visited) + " nodes form a cycle");
        }
        for (int node = 0; node < count; node++) {
            if (modes[node] != TreeEnsemble.LEAF) {
                ensemble.setChildren(place[node], place[trueChild[node]], place[falseChild[node]]);
            }
        }
        ensemble.finish(softmax(), baseValues(classes));
        return ensemble;
    }

    private boolean softmax() throws ModelFormatException {
        String transform = attributes.text("post_transform");
        if (transform.equals("SOFTMAX")) {
            return true;
        }
        if (transform.isEmpty() || transform.equals("NONE")) {
            return false;
        }
        throw unusable("its post-transform is '" + transform + "', not SOFTMAX or NONE");
    }

    private float[] baseValues(int classes) throws ModelFormatException {
        float[] base = attributes.floats("base_values");
        if (base.length == 0) {
            return new float[classes];
        }
        // With two classes the operator takes base values for something else.
        if (base.length != classes || classes == 2) {
            throw unusable("it has " + base.length + " base values for " + classes + " classes");
        }
        for (float value : base) {
            if (!Float.isFinite(value)) {
                throw unusable("a base value is " + value);
            }
        }
        return base;
    }

    private String name(int node) {
        return "node " + nodeIds[node] + " of tree " + treeIds[node];
    }

    /** The weights that leaves add to the classes, ordered by leaf. */
    private final class Leaves {
        private final long[] classIds;
        private final float[] weights;
        private final int[] leafOfWeight;
        private final int[] firstWeight = new int[count + 1];
        private final int[] ordered;
        private int written;

        Leaves(int classes) throws ModelFormatException {
            long[] trees = attributes.longs("class_treeids");
            long[] nodes = attributes.longs("class_nodeids");
            classIds = attributes.longs("class_ids");
            weights = attributes.floats("class_weights");
            requireCount("class_treeids", trees.length, weights.length);
            requireCount("class_nodeids", nodes.length, weights.length);
            requireCount("class_ids", classIds.length, weights.length);
            leafOfWeight = new int[weights.length];
            ordered = new int[weights.length];
            boolean[] used = new boolean[classes];
            for (int weight = 0; weight < weights.length; weight++) {
                leafOfWeight[weight] = leaf(trees[weight], nodes[weight]);
                firstWeight[leafOfWeight[weight] + 1]++;
                if (classIds[weight] < 0 || classIds[weight] >= classes) {
                    throw unusable("a leaf votes for class " + classIds[weight] + " of " + classes);
                }
                if (!Float.isFinite(weights[weight])) {
                    throw unusable("a leaf has the weight " + weights[weight]);
                }
                used[(int) classIds[weight]] = true;
            }
            // With weights for one of two classes the operator guesses what the other one means.
            if (classes == 2 && !(used[0] && used[1])) {
                throw unusable("of its two classes only one has weights");
            }
            for (int node = 0; node < count; node++) {
                firstWeight[node + 1] += firstWeight[node];
            }
            int[] next = firstWeight.clone();
            for (int weight = 0; weight < weights.length; weight++) {
                ordered[next[leafOfWeight[weight]]++] = weight;
            }
        }

        private int leaf(long tree, long node) throws ModelFormatException {
            Integer found = indices.get(new NodeKey(tree, node));
            if (found == null || modes[found] != TreeEnsemble.LEAF) {
                throw unusable("a weight is for node " + node + " of tree " + tree + ", which is no leaf");
            }
            return found;
        }

        int total() {
            return weights.length;
        }

        void writeTo(TreeEnsemble ensemble, int node, int leaf) {
            for (int index = firstWeight[node]; index < firstWeight[node + 1]; index++) {
                int weight = ordered[index];
                ensemble.setWeight(written++, (int) classIds[weight], weights[weight]);
            }
            ensemble.endLeaf(leaf, written);
        }
    }
}
