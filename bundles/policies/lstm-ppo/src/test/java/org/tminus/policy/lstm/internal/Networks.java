/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.tminus.model.PolicyDescription;

/** Writes policies of random weights as ONNX, well-formed or bent by a test. Not thread-safe. */
final class Networks {
    final int features;
    final int hidden;
    final int actions;
    final Map<String, String> properties = new LinkedHashMap<>();
    final Map<String, float[]> weights = new LinkedHashMap<>();
    final Map<String, long[]> shapes = new LinkedHashMap<>();
    /** What a test does to the tensors and the model at last. */
    Consumer<TensorProto.Builder> bendTensor = tensor -> {};

    Consumer<ModelProto.Builder> bendModel = model -> {};
    boolean raw = true;
    private final String loop;
    private final int classes;

    private Networks(String loop, int classes, int hidden, int layers) {
        this.loop = loop;
        this.classes = classes;
        this.hidden = hidden;
        features = 11 + classes;
        actions = 1 + layers;
        properties.put("tminus.policy", "lstm-ppo");
        properties.put("loop", loop);
        properties.put("features", Integer.toString(features));
        properties.put("hidden", Integer.toString(hidden));
        properties.put("actions", Integer.toString(actions));
        properties.put("complexityClasses", Integer.toString(classes));
        properties.put("seed", "17");
    }

    /** @param scale of the weights; above 1 the policy decides differently from row to row */
    static Networks random(long seed, String loop, int classes, int hidden, int layers, float scale) {
        Networks networks = new Networks(loop, classes, hidden, layers);
        Random random = new Random(seed);
        networks.add(random, scale, "lstm.weight_x", networks.features, 4L * hidden);
        networks.add(random, scale, "lstm.weight_h", hidden, 4L * hidden);
        networks.add(random, scale, "lstm.bias", 4L * hidden);
        networks.add(random, scale, "actor.weight", hidden, networks.actions);
        networks.add(random, 0.2f * scale, "actor.bias", networks.actions);
        return networks;
    }

    private void add(Random random, float scale, String name, long... shape) {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        float[] values = new float[count];
        for (int index = 0; index < count; index++) {
            values[index] = (float) random.nextGaussian() * scale;
        }
        shapes.put(name, shape);
        weights.put(name, values);
    }

    PolicyDescription description() {
        return new PolicyDescription("lstm-ppo-" + loop, "policy-" + loop + ".onnx", loop, classes, hidden);
    }

    byte[] toBytes() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("policy")
                .addInput(matrix("observation", features))
                .addInput(matrix("h", hidden))
                .addInput(matrix("c", hidden))
                .addOutput(matrix("logits", actions))
                .addOutput(matrix("h_out", hidden))
                .addOutput(matrix("c_out", hidden));
        weights.forEach((name, values) -> graph.addInitializer(tensor(name, values)));
        node(graph, "MatMul", List.of("observation", "lstm.weight_x"), List.of("from_x"));
        node(graph, "MatMul", List.of("h", "lstm.weight_h"), List.of("from_h"));
        node(graph, "Add", List.of("from_x", "from_h"), List.of("sum"));
        node(graph, "Add", List.of("sum", "lstm.bias"), List.of("gates"));
        node(graph, "Split", List.of("gates"), List.of("i", "f", "g", "o"));
        graph.getNodeBuilder(4)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("axis")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(1));
        for (String gate : List.of("i", "f", "o")) {
            node(graph, "Sigmoid", List.of(gate), List.of(gate + ".open"));
        }
        node(graph, "Tanh", List.of("g"), List.of("g.new"));
        node(graph, "Mul", List.of("f.open", "c"), List.of("kept"));
        node(graph, "Mul", List.of("i.open", "g.new"), List.of("added"));
        node(graph, "Add", List.of("kept", "added"), List.of("c_out"));
        node(graph, "Tanh", List.of("c_out"), List.of("c.new"));
        node(graph, "Mul", List.of("o.open", "c.new"), List.of("h_out"));
        node(graph, "MatMul", List.of("h_out", "actor.weight"), List.of("actor"));
        node(graph, "Add", List.of("actor", "actor.bias"), List.of("logits"));
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph);
        properties.forEach((key, value) -> model.addMetadataProps(
                OnnxMl.StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        bendModel.accept(model);
        return model.build().toByteArray();
    }

    private TensorProto tensor(String name, float[] values) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE);
        for (long size : shapes.get(name)) {
            tensor.addDims(size);
        }
        if (raw) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            tensor.setRawData(ByteString.copyFrom(bytes));
        } else {
            for (float value : values) {
                tensor.addFloatData(value);
            }
        }
        bendTensor.accept(tensor);
        return tensor.build();
    }

    private static void node(GraphProto.Builder graph, String operator, List<String> inputs, List<String> outputs) {
        graph.addNode(
                NodeProto.newBuilder().setOpType(operator).addAllInput(inputs).addAllOutput(outputs));
    }

    private static OnnxMl.ValueInfoProto matrix(String name, int columns) {
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT_VALUE)
                                .setShape(OnnxMl.TensorShapeProto.newBuilder()
                                        .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam("batch"))
                                        .addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(columns)))))
                .build();
    }
}
