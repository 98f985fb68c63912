/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal.fold;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A graph whose operators can be exchanged. Used by one thread. */
final class FoldGraph {
    static final String MICROSOFT = "com.microsoft";
    /** Shapes and scalars are short. */
    private static final long LONGEST = 16;

    private final GraphProto graph;
    private final int opset;
    private final Map<String, TensorProto> initializers = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private List<NodeProto> nodes;
    private Map<String, NodeProto> producers = Map.of();
    private Map<String, Integer> uses = Map.of();

    /** @param opset version of the standard operators */
    FoldGraph(GraphProto graph, int opset) {
        this.graph = graph;
        this.opset = opset;
        graph.getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
        names.addAll(initializers.keySet());
        graph.getInputList().forEach(input -> names.add(input.getName()));
        graph.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
        nodes = graph.getNodeList();
        index();
    }

    private void index() {
        producers = new HashMap<>();
        uses = new HashMap<>();
        for (NodeProto node : nodes) {
            node.getOutputList().forEach(output -> producers.put(output, node));
            node.getInputList().forEach(input -> uses.merge(input, 1, Integer::sum));
        }
        // What is left out has an empty name.
        producers.remove("");
        for (ValueInfoProto output : graph.getOutputList()) {
            uses.merge(output.getName(), 1, Integer::sum);
        }
    }

    int opset() {
        return opset;
    }

    List<NodeProto> nodes() {
        return nodes;
    }

    /** To go back to by {@link #restore}. */
    List<NodeProto> snapshot() {
        return nodes;
    }

    void restore(List<NodeProto> snapshot) {
        nodes = snapshot;
        index();
    }

    /** The operator that makes a value, if it is of this kind. */
    @Nullable
    NodeProto producer(String value, String operator) {
        NodeProto node = producers.get(value);
        return node != null && is(node, operator) ? node : null;
    }

    static boolean is(NodeProto node, String operator) {
        return node.getOpType().equals(operator)
                && (node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx"));
    }

    /** Whether a value is made here, and not by a constant. */
    boolean isComputed(String value) {
        return producers.containsKey(value) && producer(value, "Constant") == null;
    }

    int uses(String value) {
        return uses.getOrDefault(value, 0);
    }

    /** The initializer of that name. */
    @Nullable
    TensorProto initializer(String value) {
        return initializers.get(value);
    }

    private @Nullable TensorProto constant(String value) {
        TensorProto tensor = initializers.get(value);
        NodeProto node = producer(value, "Constant");
        if (tensor == null && node != null) {
            AttributeProto attribute = attribute(node, "value");
            tensor = attribute == null ? null : attribute.getT();
        }
        boolean isReadable =
                tensor != null && tensor.getDataLocation() != DataLocation.EXTERNAL && elements(tensor) <= LONGEST;
        return isReadable ? tensor : null;
    }

    private static long elements(TensorProto tensor) {
        return tensor.getDimsList().stream().reduce(1L, (a, b) -> a * b);
    }

    /** A short constant of int64; null if the value is none. */
    long @Nullable [] longs(String value) {
        TensorProto tensor = constant(value);
        if (tensor == null || tensor.getDataType() != DataType.INT64.getNumber()) {
            return null;
        }
        if (tensor.getInt64DataCount() > 0) {
            return tensor.getInt64DataList().stream().mapToLong(Long::longValue).toArray();
        }
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long[] longs = new long[raw.remaining() / Long.BYTES];
        raw.asLongBuffer().get(longs);
        return longs;
    }

    /** A constant float32; null if the value is none. */
    @Nullable
    Float scalar(String value) {
        TensorProto tensor = constant(value);
        if (tensor == null || tensor.getDataType() != DataType.FLOAT.getNumber() || elements(tensor) != 1) {
            return null;
        }
        if (tensor.getFloatDataCount() == 1) {
            return tensor.getFloatData(0);
        }
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        return raw.remaining() == Float.BYTES ? raw.getFloat() : null;
    }

    static @Nullable AttributeProto attribute(NodeProto node, String name) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                return attribute;
            }
        }
        return null;
    }

    static List<Long> longs(NodeProto node, String name) {
        AttributeProto attribute = attribute(node, name);
        return attribute == null ? List.of() : attribute.getIntsList();
    }

    static long number(NodeProto node, String name, long otherwise) {
        AttributeProto attribute = attribute(node, name);
        return attribute == null ? otherwise : attribute.getI();
    }

    static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto attribute(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    /** A name that nothing has yet. */
    String fresh(String wanted) {
        String name = wanted;
        while (!names.add(name)) {
            name += "'";
        }
        return name;
    }

    /** Adds a constant of one int64 in one dimension. */
    String newLong(String wanted, long value) {
        String name = fresh(wanted);
        initializers.put(
                name,
                TensorProto.newBuilder()
                        .setName(name)
                        .setDataType(DataType.INT64.getNumber())
                        .addDims(1)
                        .addInt64Data(value)
                        .build());
        return name;
    }

    /** Puts other operators in the place of some; what nobody needs any more goes. */
    void replace(List<NodeProto> gone, List<NodeProto> by) {
        Set<String> made = new HashSet<>();
        gone.forEach(node -> made.addAll(node.getOutputList()));
        List<NodeProto> kept = new ArrayList<>(by);
        for (NodeProto node : nodes) {
            if (node.getOutputList().stream().noneMatch(made::contains)) {
                kept.add(node);
            }
        }
        nodes = kept;
        index();
        prune();
    }

    private void prune() {
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        graph.getOutputList().forEach(output -> open.add(output.getName()));
        Set<String> makers = new HashSet<>();
        while (!open.isEmpty()) {
            String value = open.remove();
            NodeProto node = producers.get(value);
            if (seen.add(value) && node != null && makers.add(node.getOutput(0))) {
                open.addAll(node.getInputList());
            }
        }
        nodes = nodes.stream()
                .filter(node -> makers.contains(node.getOutput(0)))
                .toList();
        index();
    }

    /** The graph as it is now, each operator after those whose values it reads. */
    GraphProto build() {
        Map<String, List<NodeProto>> waiting = new HashMap<>();
        Map<String, Integer> missing = new HashMap<>();
        Deque<NodeProto> ready = new ArrayDeque<>();
        for (NodeProto node : nodes) {
            Set<String> open = new HashSet<>(node.getInputList());
            open.retainAll(producers.keySet());
            missing.put(node.getOutput(0), open.size());
            open.forEach(value ->
                    waiting.computeIfAbsent(value, one -> new ArrayList<>()).add(node));
            if (open.isEmpty()) {
                ready.add(node);
            }
        }
        GraphProto.Builder sorted = graph.toBuilder().clearNode().clearInitializer();
        while (!ready.isEmpty()) {
            NodeProto node = ready.remove();
            sorted.addNode(node);
            for (String output : node.getOutputList()) {
                for (NodeProto next : waiting.getOrDefault(output, List.of())) {
                    if (missing.merge(next.getOutput(0), -1, Integer::sum) == 0) {
                        ready.add(next);
                    }
                }
            }
        }
        initializers.forEach((name, tensor) -> {
            if (uses(name) > 0) {
                sorted.addInitializer(tensor);
            }
        });
        return sorted.build();
    }
}
