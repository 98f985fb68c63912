/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A boosted tree ensemble, read from LightGBM's text form. Immutable.
 *
 * <p>LightGBM compares in doubles, ONNX in floats. Features are floats, so {@code x <= t} with a double {@code t} is the same
 * as {@code x <= f} with the largest float {@code f} not above {@code t}: thresholds are rounded down, and every decision
 * stays the same.
 */
public final class TreeEnsemble {
    private static final int CATEGORICAL = 1;

    private final int classes;
    private final int features;
    private final List<Tree> trees;

    /** One tree; children below 0 are leaves: leaf {@code -1 - child}. */
    static final class Tree {
        final int[] feature;
        final float[] threshold;
        final int[] left;
        final int[] right;
        final float[] leaf;

        Tree(int[] feature, float[] threshold, int[] left, int[] right, float[] leaf) {
            this.feature = feature;
            this.threshold = threshold;
            this.left = left;
            this.right = right;
            this.leaf = leaf;
        }

        float value(float[] row) {
            if (feature.length == 0) {
                return leaf[0];
            }
            int node = 0;
            while (node >= 0) {
                // LightGBM without missing values takes NaN for 0.
                float x = Float.isNaN(row[feature[node]]) ? 0 : row[feature[node]];
                node = x <= threshold[node] ? left[node] : right[node];
            }
            return leaf[-1 - node];
        }

        int depth() {
            return feature.length == 0 ? 0 : depth(0);
        }

        private int depth(int node) {
            return node < 0 ? 0 : 1 + Math.max(depth(left[node]), depth(right[node]));
        }
    }

    private TreeEnsemble(int classes, int features, List<Tree> trees) {
        this.classes = classes;
        this.features = features;
        this.trees = trees;
    }

    /**
     * Reads LightGBM's text.
     *
     * @throws IllegalArgumentException if it has parts that this class does not know, such as categorical splits
     */
    public static TreeEnsemble parse(String text) {
        Map<String, String> header = new HashMap<>();
        List<Tree> trees = new ArrayList<>();
        Map<String, String> current = header;
        for (String line : text.split("\n", -1)) {
            if (line.equals("end of trees")) {
                break;
            }
            if (line.startsWith("Tree=")) {
                if (current != header) {
                    trees.add(tree(current));
                }
                current = new HashMap<>();
            }
            int equals = line.indexOf('=');
            if (equals > 0) {
                current.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        if (current != header) {
            trees.add(tree(current));
        }
        int classes = Integer.parseInt(required(header, "num_class"));
        int features = Integer.parseInt(required(header, "max_feature_idx")) + 1;
        if (classes < 2 || trees.isEmpty() || trees.size() % classes != 0) {
            throw new IllegalArgumentException(trees.size() + " trees for " + classes + " classes");
        }
        return new TreeEnsemble(classes, features, List.copyOf(trees));
    }

    private static Tree tree(Map<String, String> fields) {
        float[] leaf = floats(required(fields, "leaf_value"));
        if (leaf.length == 1) {
            return new Tree(new int[0], new float[0], new int[0], new int[0], leaf);
        }
        if (Integer.parseInt(fields.getOrDefault("num_cat", "0")) != 0) {
            throw new IllegalArgumentException("categorical splits are not supported");
        }
        for (int type : ints(required(fields, "decision_type"))) {
            int missing = (type >> 2) & 3;
            if ((type & CATEGORICAL) != 0 || missing != 0) {
                throw new IllegalArgumentException("decision type " + type + " is not supported");
            }
        }
        String[] words = required(fields, "threshold").trim().split(" ");
        float[] threshold = new float[words.length];
        for (int i = 0; i < words.length; i++) {
            threshold[i] = roundDown(Double.parseDouble(words[i]));
        }
        return new Tree(
                ints(required(fields, "split_feature")),
                threshold,
                ints(required(fields, "left_child")),
                ints(required(fields, "right_child")),
                leaf);
    }

    /** The largest float that is not above a double. */
    static float roundDown(double value) {
        float rounded = (float) value;
        return rounded > value ? Math.nextDown(rounded) : rounded;
    }

    private static String required(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("LightGBM's text has no " + name);
        }
        return value;
    }

    private static int[] ints(String text) {
        String[] words = text.trim().split(" ");
        int[] values = new int[words.length];
        for (int i = 0; i < words.length; i++) {
            values[i] = Integer.parseInt(words[i]);
        }
        return values;
    }

    private static float[] floats(String text) {
        String[] words = text.trim().split(" ");
        float[] values = new float[words.length];
        for (int i = 0; i < words.length; i++) {
            values[i] = (float) Double.parseDouble(words[i]);
        }
        return values;
    }

    /** The number of classes. */
    public int classes() {
        return classes;
    }

    /** The number of features of a row. */
    public int features() {
        return features;
    }

    /** The trees; tree <i>i</i> adds to class <i>i</i> mod {@link #classes()}. */
    List<Tree> trees() {
        return trees;
    }

    /** Comparisons and additions for one row in the worst case, and the softmax. */
    public long flopsPerRow() {
        long flops = 3L * classes;
        for (Tree tree : trees) {
            flops += tree.depth() + 1;
        }
        return flops;
    }

    /** The ensemble of the first rounds only. */
    public TreeEnsemble firstRounds(int rounds) {
        return new TreeEnsemble(
                classes, features, List.copyOf(trees.subList(0, Math.min(trees.size(), rounds * classes))));
    }

    /**
     * The same ensemble with a calibration in its leaves: all are scaled, and those of the first round shifted as well, one
     * tree for each class.
     */
    TreeEnsemble calibrated(ScoreCalibration calibration) {
        List<Tree> changed = new ArrayList<>();
        for (int i = 0; i < trees.size(); i++) {
            Tree tree = trees.get(i);
            float[] leaf = tree.leaf.clone();
            for (int j = 0; j < leaf.length; j++) {
                double bias = i < classes ? calibration.bias(i) : 0;
                leaf[j] = (float) (leaf[j] * calibration.sharpness() + bias);
            }
            changed.add(new Tree(tree.feature, tree.threshold, tree.left, tree.right, leaf));
        }
        return new TreeEnsemble(classes, features, List.copyOf(changed));
    }

    /** The number of boosting rounds. */
    public int rounds() {
        return trees.size() / classes;
    }

    /** Adds what the trees of some rounds say to the scores; rounds that were not trained say nothing. */
    void add(float[] row, int from, int to, double[] scores) {
        int last = Math.min(trees.size(), to * classes);
        for (int i = from * classes; i < last; i++) {
            scores[i % classes] += trees.get(i).value(row);
        }
    }

    /** The sum of the leaves for each class. */
    double[] scores(float[] row) {
        double[] scores = new double[classes];
        add(row, 0, rounds(), scores);
        return scores;
    }

    /** Probability of each class. */
    public double[] probabilities(float[] row) {
        double[] scores = scores(row);
        double max = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            max = Math.max(max, score);
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            scores[c] = Math.exp(scores[c] - max);
            sum += scores[c];
        }
        for (int c = 0; c < classes; c++) {
            scores[c] /= sum;
        }
        return scores;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d classes, %d rounds", classes, rounds());
    }
}
