/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Cost;
import org.tminus.onnx.Polynomial;

/** What a part of a graph costs. */
public final class CostModel {
    private final Graph graph;
    private final Samples samples;
    private final List<String> notes = new ArrayList<>();

    public CostModel(Graph graph, Samples samples) {
        this.graph = graph;
        this.samples = samples;
    }

    /** Where costs could not be told, in sentences. */
    public List<String> notes() {
        return notes;
    }

    Cost of(Slice slice, Collection<Integer> outputs, String part) {
        List<Node> nodes = slice.nodes(graph);
        Polynomial flops = samples.fit(inference -> flops(inference, nodes));
        if (flops == null) {
            notes.add("The FLOPs of " + part
                    + " could not be told for every length; operators of unknown size are left out.");
            double known = knownFlops(samples.longestRow(), nodes);
            flops = new Polynomial(known, 0, 0);
        }
        return new Cost(flops, weightBytes(slice, nodes), activations(slice, nodes, outputs, part));
    }

    private double flops(Inference inference, List<Node> nodes) {
        double sum = 0;
        for (Node node : nodes) {
            if (isRunTime(node)) {
                sum += Flops.of(inference, node);
            }
        }
        return sum;
    }

    private double knownFlops(Inference inference, List<Node> nodes) {
        double sum = 0;
        for (Node node : nodes) {
            double flops = isRunTime(node) ? Flops.of(inference, node) : 0;
            sum += Double.isNaN(flops) ? 0 : flops;
        }
        return sum;
    }

    /** Whether the operator's result differs from run to run; the others are computed once, at load. */
    private boolean isRunTime(Node node) {
        for (int value : node.outputs()) {
            if (value >= 0 && graph.isVariable(value)) {
                return true;
            }
        }
        return false;
    }

    private long weightBytes(Slice slice, List<Node> nodes) {
        return weights(slice, nodes).stream().mapToLong(CostModel::bytes).sum();
    }

    private List<TensorProto> weights(Slice slice, List<Node> nodes) {
        List<TensorProto> weights = new ArrayList<>();
        for (int value : slice.initializers()) {
            TensorProto tensor = graph.initializer(graph.name(value));
            SparseTensorProto sparse = graph.sparseInitializer(graph.name(value));
            if (tensor != null) {
                weights.add(tensor);
            } else if (sparse != null) {
                weights.addAll(List.of(sparse.getValues(), sparse.getIndices()));
            }
        }
        for (Node node : nodes) {
            if (node.is("Constant")) {
                for (AttributeProto attribute : node.proto().getAttributeList()) {
                    if (attribute.hasT()) {
                        weights.add(attribute.getT());
                    }
                }
            }
        }
        return weights;
    }

    /** The bytes of the weights that the outputs depend on, by the type that they are stored in; the largest first. */
    public Map<String, Long> weightBytesByType() {
        List<Integer> outputs = graph.outputs().stream()
                .map(output -> graph.id(output.getName()))
                .toList();
        Slice whole = Slice.between(graph, new BitSet(), outputs);
        Map<String, Long> bytes = new HashMap<>();
        for (TensorProto weight : weights(whole, whole.nodes(graph))) {
            if (weight.getDataType() != Types.STRING) {
                bytes.merge(Types.name(weight.getDataType()), bytes(weight), Long::sum);
            }
        }
        Map<String, Long> sorted = new LinkedHashMap<>();
        bytes.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        return sorted;
    }

    private static long bytes(TensorProto tensor) {
        long elements = 1;
        for (long dim : tensor.getDimsList()) {
            elements *= dim;
        }
        return Types.bytes(tensor.getDataType(), elements);
    }

    /** Follows which values are alive after each operator, for each sampled length, and takes the largest of each coefficient. */
    private Polynomial activations(Slice slice, List<Node> nodes, Collection<Integer> outputs, String part) {
        Map<Integer, Integer> memory = new HashMap<>();
        Map<Integer, Integer> lastUse = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (isView(node)) {
                memory.put(node.outputs()[0], memory.getOrDefault(node.inputs()[0], node.inputs()[0]));
            }
            for (int value : node.reads()) {
                lastUse.put(memory.getOrDefault(value, value), i);
            }
        }
        for (int value : outputs) {
            lastUse.put(memory.getOrDefault(value, value), Integer.MAX_VALUE);
        }
        Map<Integer, List<Integer>> ending = new HashMap<>();
        lastUse.forEach((value, at) ->
                ending.computeIfAbsent(at, key -> new ArrayList<>()).add(value));
        Set<Integer> alive = new HashSet<>();
        Polynomial now = Polynomial.ZERO;
        boolean unknown = false;
        for (int value : slice.inputs()) {
            Polynomial size = size(value);
            unknown |= size == null;
            now = now.plus(size == null ? Polynomial.ZERO : size);
            alive.add(value);
        }
        Polynomial most = now;
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (isRunTime(node) && !isView(node)) {
                for (int value : node.outputs()) {
                    if (value >= 0 && lastUse.containsKey(value)) {
                        Polynomial size = size(value);
                        unknown |= size == null;
                        now = now.plus(size == null ? Polynomial.ZERO : size);
                        alive.add(value);
                    }
                }
            }
            most = most.max(now);
            for (int value : ending.getOrDefault(i, List.of())) {
                if (alive.remove(value)) {
                    Polynomial size = size(value);
                    now = size == null ? now : now.plus(new Polynomial(-size.c0(), -size.c1(), -size.c2()));
                }
            }
        }
        if (unknown) {
            notes.add("The activations of " + part + " leave out values of unknown size.");
        }
        return most;
    }

    /** Such operators give other dimensions to the same memory. */
    private static boolean isView(Node node) {
        return node.isStandard()
                && node.outputs().length > 0
                && node.outputs()[0] >= 0
                && node.inputs().length > 0
                && node.inputs()[0] >= 0
                && switch (node.op()) {
                    case "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity" -> true;
                    default -> false;
                };
    }

    private @Nullable Polynomial size(int value) {
        return samples.fit(inference -> {
            Fact fact = inference.fact(value);
            long elements = fact.elements();
            return elements < 0 || !Types.isKnown(fact.type())
                    ? Double.NaN
                    : Types.bytes(fact.type(), Math.min(elements, 1L << 50));
        });
    }
}
