/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.AttributeProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Writes tree ensembles as ONNX, well-formed or bent by a test. Not thread-safe. */
final class Ensembles {
    final Map<String, List<Long>> longs = new LinkedHashMap<>();
    final Map<String, List<Float>> floats = new LinkedHashMap<>();
    final Map<String, List<String>> strings = new LinkedHashMap<>();
    String transform = "SOFTMAX";
    String operator = "TreeEnsembleClassifier";
    int elementType = OnnxMl.TensorProto.DataType.FLOAT_VALUE;
    int nodes = 1;
    long features;
    private final int classes;

    Ensembles(long features, int classes) {
        this.features = features;
        this.classes = classes;
        for (String name : List.of(
                "nodes_treeids",
                "nodes_nodeids",
                "nodes_featureids",
                "nodes_truenodeids",
                "nodes_falsenodeids",
                "nodes_missing_value_tracks_true",
                "class_treeids",
                "class_nodeids",
                "class_ids",
                "classlabels_int64s")) {
            longs.put(name, new ArrayList<>());
        }
        floats.put("nodes_values", new ArrayList<>());
        floats.put("class_weights", new ArrayList<>());
        strings.put("nodes_modes", new ArrayList<>());
        for (long label = 0; label < classes; label++) {
            longs.get("classlabels_int64s").add(label);
        }
    }

    void branch(long tree, long node, String mode, long feature, float value, long yes, long no, boolean missing) {
        longs.get("nodes_treeids").add(tree);
        longs.get("nodes_nodeids").add(node);
        longs.get("nodes_featureids").add(feature);
        longs.get("nodes_truenodeids").add(yes);
        longs.get("nodes_falsenodeids").add(no);
        longs.get("nodes_missing_value_tracks_true").add(missing ? 1L : 0L);
        floats.get("nodes_values").add(value);
        strings.get("nodes_modes").add(mode);
    }

    void leaf(long tree, long node) {
        branch(tree, node, "LEAF", 0, 0, 0, 0, false);
    }

    void weight(long tree, long node, long classId, float weight) {
        longs.get("class_treeids").add(tree);
        longs.get("class_nodeids").add(node);
        longs.get("class_ids").add(classId);
        floats.get("class_weights").add(weight);
    }

    /** One branch at feature 0 and two leaves, for bending. */
    static Ensembles small() {
        Ensembles small = new Ensembles(2, 2);
        small.branch(0, 0, "BRANCH_LEQ", 0, 0.5f, 1, 2, false);
        small.leaf(0, 1);
        small.leaf(0, 2);
        small.weight(0, 1, 0, 1);
        small.weight(0, 2, 1, 1);
        return small;
    }

    /** A tree as deep as its leaves allow; it goes on where the answer is yes, or where it is no. Its features take turns. */
    void chain(Random random, long tree, int leaves, boolean alongYes) {
        for (int depth = 0; depth < leaves - 1; depth++) {
            long leaf = 2L * depth + 1;
            long next = leaf + 1;
            // Steep enough that rows come far: each threshold is passed by most of them.
            float value = (alongYes ? 2 : -2) + value(random) / 8;
            branch(
                    tree,
                    2L * depth,
                    "BRANCH_LEQ",
                    depth % features,
                    value,
                    alongYes ? next : leaf,
                    alongYes ? leaf : next,
                    random.nextBoolean());
        }
        for (int depth = 0; depth < leaves; depth++) {
            long leaf = depth < leaves - 1 ? 2L * depth + 1 : 2L * depth;
            leaf(tree, leaf);
            weight(tree, leaf, tree % classes, random.nextFloat() * 2 - 1);
        }
    }

    /** Trees of random shape; node ids are shuffled, values are quarters so that equality is tried, too. */
    static Ensembles random(Random random, int features, int classes, int trees, List<String> modes, int votes) {
        Ensembles ensemble = new Ensembles(features, classes);
        for (int tree = 0; tree < trees; tree++) {
            ensemble.grow(random, tree, new long[] {1}, 0, modes, votes, 0);
        }
        return ensemble;
    }

    private void grow(Random random, long tree, long[] nextId, long node, List<String> modes, int votes, int depth) {
        if (depth > 8 || random.nextInt(8) < depth) {
            leaf(tree, node);
            for (int vote = 0; vote < votes; vote++) {
                // Each tree's first leaf votes for every class, so that none is without weights.
                weight(tree, node, (tree + vote) % classes, random.nextFloat() * 2 - 1);
            }
            return;
        }
        long yes = nextId[0]++;
        long no = nextId[0]++;
        branch(
                tree,
                node,
                modes.get(random.nextInt(modes.size())),
                random.nextInt((int) features),
                value(random),
                yes,
                no,
                random.nextBoolean());
        if (random.nextBoolean()) {
            grow(random, tree, nextId, yes, modes, votes, depth + 1);
            grow(random, tree, nextId, no, modes, votes, depth + 1);
        } else {
            grow(random, tree, nextId, no, modes, votes, depth + 1);
            grow(random, tree, nextId, yes, modes, votes, depth + 1);
        }
    }

    static float value(Random random) {
        return (random.nextInt(17) - 8) / 4f;
    }

    byte[] toBytes() {
        OnnxMl.NodeProto.Builder node = OnnxMl.NodeProto.newBuilder()
                .setOpType(operator)
                .setDomain("ai.onnx.ml")
                .addInput("features")
                .addOutput("label")
                .addOutput("probabilities");
        longs.forEach((name, values) -> {
            if (!values.isEmpty()) {
                node.addAttribute(AttributeProto.newBuilder()
                        .setName(name)
                        .setType(AttributeProto.AttributeType.INTS)
                        .addAllInts(values));
            }
        });
        floats.forEach((name, values) -> {
            if (!values.isEmpty()) {
                node.addAttribute(AttributeProto.newBuilder()
                        .setName(name)
                        .setType(AttributeProto.AttributeType.FLOATS)
                        .addAllFloats(values));
            }
        });
        strings.forEach((name, values) -> {
            AttributeProto.Builder attribute =
                    AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.STRINGS);
            values.forEach(value -> attribute.addStrings(ByteString.copyFromUtf8(value)));
            node.addAttribute(attribute);
        });
        node.addAttribute(AttributeProto.newBuilder()
                .setName("post_transform")
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(transform)));
        OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder()
                .setName("predictor")
                .addInput(tensor("features", elementType, features))
                .addOutput(tensor("label", OnnxMl.TensorProto.DataType.INT64_VALUE, -1))
                .addOutput(tensor("probabilities", OnnxMl.TensorProto.DataType.FLOAT_VALUE, classes));
        for (int index = 0; index < nodes; index++) {
            graph.addNode(node);
        }
        return OnnxMl.ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(15))
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder()
                        .setDomain("ai.onnx.ml")
                        .setVersion(1))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    private static OnnxMl.ValueInfoProto tensor(String name, int elementType, long columns) {
        OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder()
                .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
        if (columns >= 0) {
            shape.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(columns));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(elementType)
                                .setShape(shape)))
                .build();
    }
}
