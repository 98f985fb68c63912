/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.export;

import static org.tminus.trainer.export.OnnxGraph.attribute;
import static org.tminus.trainer.export.OnnxGraph.floatsAttribute;
import static org.tminus.trainer.export.OnnxGraph.longsAttribute;
import static org.tminus.trainer.export.OnnxGraph.stringsAttribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Collects the nodes of a TreeEnsembleClassifier. Used by one thread. */
public final class TreeNodes {
    private final int features;
    private final int classes;
    private final List<Long> trees = new ArrayList<>();
    private final List<Long> ids = new ArrayList<>();
    private final List<Long> featureIds = new ArrayList<>();
    private final List<Float> values = new ArrayList<>();
    private final List<String> modes = new ArrayList<>();
    private final List<Long> left = new ArrayList<>();
    private final List<Long> right = new ArrayList<>();
    private final List<Long> missing = new ArrayList<>();
    private final List<Long> leafTrees = new ArrayList<>();
    private final List<Long> leafIds = new ArrayList<>();
    private final List<Long> leafClasses = new ArrayList<>();
    private final List<Float> leafWeights = new ArrayList<>();

    /** Starts an ensemble. */
    public TreeNodes(int features, int classes) {
        this.features = features;
        this.classes = classes;
    }

    /** A node that goes left if {@code feature <= threshold}; NaN counts as 0. */
    public void branch(long tree, long id, long feature, float threshold, long leftId, long rightId) {
        add(tree, id, feature, threshold, "BRANCH_LEQ", leftId, rightId, 0 <= threshold ? 1 : 0);
    }

    /** A leaf that adds {@code weight} to the score of a class. */
    public void leaf(long tree, long id, long label, float weight) {
        add(tree, id, 0, 0, "LEAF", 0, 0, 0);
        leafTrees.add(tree);
        leafIds.add(id);
        leafClasses.add(label);
        leafWeights.add(weight);
    }

    private void add(
            long tree, long id, long feature, float value, String mode, long leftId, long rightId, long missingLeft) {
        trees.add(tree);
        ids.add(id);
        featureIds.add(feature);
        values.add(value);
        modes.add(mode);
        left.add(leftId);
        right.add(rightId);
        missing.add(missingLeft);
    }

    /** The finished model. */
    public byte[] toBytes(Map<String, String> metadata) {
        List<Long> labels = new ArrayList<>();
        for (long label = 0; label < classes; label++) {
            labels.add(label);
        }
        List<AttributeProto> attributes = List.of(
                longsAttribute("nodes_treeids", trees),
                longsAttribute("nodes_nodeids", ids),
                longsAttribute("nodes_featureids", featureIds),
                floatsAttribute("nodes_values", values),
                stringsAttribute("nodes_modes", modes),
                longsAttribute("nodes_truenodeids", left),
                longsAttribute("nodes_falsenodeids", right),
                longsAttribute("nodes_missing_value_tracks_true", missing),
                longsAttribute("class_treeids", leafTrees),
                longsAttribute("class_nodeids", leafIds),
                longsAttribute("class_ids", leafClasses),
                floatsAttribute("class_weights", leafWeights),
                longsAttribute("classlabels_int64s", labels),
                attribute("post_transform", "SOFTMAX"));
        OnnxGraph graph = new OnnxGraph("predictor");
        graph.input("features", "batch", features);
        graph.mlNode("TreeEnsembleClassifier", List.of("label", "probabilities"), List.of("features"), attributes);
        graph.outputInt64("label", "batch");
        graph.output("probabilities", "batch", classes);
        return graph.toBytes(metadata);
    }
}
