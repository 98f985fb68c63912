/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A policy as {@code policy.onnx}: one step of the LSTM in standard operators, so that it runs wherever the model runs.
 *
 * <p>Inputs: {@code observation} [batch, features], {@code mask} [batch, actions] (1 allowed, 0 not), {@code h} and {@code c}
 * [batch, hidden] (zeros before the first step). Outputs: {@code logits} [batch, actions] (-1e9 where masked), {@code h_out},
 * {@code c_out}. What the observation and the actions mean is in {@link LstmShape}. All single precision.
 */
public final class PolicyOnnx {
    /** What {@code tminus.policy} in the metadata says. */
    public static final String KIND = "lstm-ppo";

    private static final int IR_VERSION = 8;
    private static final int OPSET = 17;
    private static final float MASKED = -1e9f;

    private PolicyOnnx() {}

    /**
     * Writes a policy.
     *
     * @param provenance further metadata, such as seed, data and versions; names of the contract are not overwritten
     */
    public static byte[] toBytes(LstmPolicy policy, Map<String, String> provenance) {
        LstmShape shape = policy.shape();
        int features = shape.features();
        int hidden = shape.hidden();
        int actions = shape.actions();
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("policy")
                .addInput(value("observation", features))
                .addInput(value("mask", actions))
                .addInput(value("h", hidden))
                .addInput(value("c", hidden))
                .addOutput(value("logits", actions))
                .addOutput(value("h_out", hidden))
                .addOutput(value("c_out", hidden))
                .addInitializer(floats("lstm.weight_x", policy.weightX(), features, 4 * hidden))
                .addInitializer(floats("lstm.weight_h", policy.weightH(), hidden, 4 * hidden))
                .addInitializer(floats("lstm.bias", policy.bias(), 4 * hidden))
                .addInitializer(floats("actor.weight", policy.actor(), hidden, actions))
                .addInitializer(floats("actor.bias", policy.actorBias(), actions))
                .addInitializer(floats("mask.half", new float[] {0.5f}, 1))
                .addInitializer(floats("mask.value", new float[] {MASKED}, 1));
        node(graph, "MatMul", List.of("observation", "lstm.weight_x"), "lstm.from_x");
        node(graph, "MatMul", List.of("h", "lstm.weight_h"), "lstm.from_h");
        node(graph, "Add", List.of("lstm.from_x", "lstm.from_h"), "lstm.sum");
        node(graph, "Add", List.of("lstm.sum", "lstm.bias"), "lstm.gates");
        graph.addNode(NodeProto.newBuilder()
                .setOpType("Split")
                .setName("lstm.split")
                .addInput("lstm.gates")
                .addAllOutput(List.of("gate.i", "gate.f", "gate.g", "gate.o"))
                .addAttribute(AttributeProto.newBuilder()
                        .setName("axis")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(1)));
        node(graph, "Sigmoid", List.of("gate.i"), "lstm.i");
        node(graph, "Sigmoid", List.of("gate.f"), "lstm.f");
        node(graph, "Tanh", List.of("gate.g"), "lstm.g");
        node(graph, "Sigmoid", List.of("gate.o"), "lstm.o");
        node(graph, "Mul", List.of("lstm.f", "c"), "lstm.kept");
        node(graph, "Mul", List.of("lstm.i", "lstm.g"), "lstm.added");
        node(graph, "Add", List.of("lstm.kept", "lstm.added"), "c_out");
        node(graph, "Tanh", List.of("c_out"), "lstm.tanh_c");
        node(graph, "Mul", List.of("lstm.o", "lstm.tanh_c"), "h_out");
        node(graph, "MatMul", List.of("h_out", "actor.weight"), "actor.product");
        node(graph, "Add", List.of("actor.product", "actor.bias"), "actor.all");
        node(graph, "Greater", List.of("mask", "mask.half"), "mask.allowed");
        node(graph, "Where", List.of("mask.allowed", "actor.all", "mask.value"), "logits");
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("tminus")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .setGraph(graph);
        Map<String, String> metadata = new TreeMap<>(provenance);
        metadata.put("tminus.policy", KIND);
        metadata.put("loop", shape.loop().label());
        metadata.put("features", String.valueOf(features));
        metadata.put("hidden", String.valueOf(hidden));
        metadata.put("actions", String.valueOf(actions));
        metadata.put("complexityClasses", String.valueOf(shape.complexityClasses()));
        if (shape.observation() > 1) {
            metadata.put("observation", String.valueOf(shape.observation()));
        }
        metadata.forEach((key, text) -> model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(text)));
        return model.build().toByteArray();
    }

    /**
     * Reads a policy that was written here.
     *
     * @throws IllegalArgumentException if the bytes are no such policy; the message says what is missing or wrong
     */
    public static LstmPolicy fromBytes(byte[] bytes) {
        ModelProto model;
        try {
            model = ModelProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("The policy is no ONNX file: " + e.getMessage(), e);
        }
        Map<String, String> metadata = new HashMap<>();
        model.getMetadataPropsList().forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
        if (!KIND.equals(metadata.get("tminus.policy"))) {
            throw new IllegalArgumentException("The file is no " + KIND + " policy: its metadata tminus.policy is "
                    + metadata.get("tminus.policy"));
        }
        LstmShape shape = new LstmShape(
                number(metadata, "actions") - 1,
                number(metadata, "complexityClasses"),
                number(metadata, "hidden"),
                Loop.of(metadata.getOrDefault("loop", "")),
                metadata.containsKey("observation") ? number(metadata, "observation") : 1);
        Map<String, float[]> weights = new HashMap<>();
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            float[] values = new float[raw.remaining() / Float.BYTES];
            raw.asFloatBuffer().get(values);
            weights.put(tensor.getName(), values);
        }
        return LstmPolicy.of(
                shape,
                weight(weights, "lstm.weight_x"),
                weight(weights, "lstm.weight_h"),
                weight(weights, "lstm.bias"),
                weight(weights, "actor.weight"),
                weight(weights, "actor.bias"));
    }

    private static int number(Map<String, String> metadata, String key) {
        try {
            return Integer.parseInt(metadata.getOrDefault(key, ""));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "The policy's metadata " + key + " is no number: '" + metadata.getOrDefault(key, "") + "'", e);
        }
    }

    private static float[] weight(Map<String, float[]> weights, String name) {
        float[] found = weights.get(name);
        if (found == null) {
            throw new IllegalArgumentException("The policy has no initializer " + name);
        }
        return found;
    }

    private static void node(GraphProto.Builder graph, String operator, List<String> inputs, String output) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output + "." + operator)
                .addAllInput(inputs)
                .addOutput(output));
    }

    private static ValueInfoProto value(String name, int width) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(TensorProto.DataType.FLOAT.getNumber())
                                .setShape(TensorShapeProto.newBuilder()
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimParam("batch"))
                                        .addDim(TensorShapeProto.Dimension.newBuilder()
                                                .setDimValue(width)))))
                .build();
    }

    private static TensorProto floats(String name, float[] values, int... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .setRawData(ByteString.copyFrom(bytes));
        for (int dimension : shape) {
            tensor.addDims(dimension);
        }
        return tensor.build();
    }
}
