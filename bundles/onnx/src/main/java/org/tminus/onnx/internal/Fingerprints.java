/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * Says whether two parts of a graph are the same but for their weights: same operators with the same attributes, wired the same way, with
 * parameters and side values of the same shapes. Names play no role.
 */
final class Fingerprints {
    private final Graph graph;
    private final Inference sizes;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<Long, Integer> known = new HashMap<>();

    Fingerprints(Graph graph, Inference sizes) {
        this.graph = graph;
        this.sizes = sizes;
    }

    /** A number that parts share just if they are the same. */
    int of(Cuts cuts, int part) {
        if (part == 0) {
            return compute(cuts, part);
        }
        // After a cut only what depends on that cut is left, so a part is the same for every root before it.
        long key = (long) cuts.values().get(part) << 32 | cuts.values().get(part + 1);
        Integer number = known.get(key);
        if (number == null) {
            number = compute(cuts, part);
            known.put(key, number);
        }
        return number;
    }

    private int compute(Cuts cuts, int part) {
        BitSet body = cuts.body();
        int from = cuts.values().get(part);
        int to = cuts.values().get(part + 1);
        int first = cuts.ends().get(part);
        StringBuilder text = new StringBuilder();
        Map<Integer, Integer> numbered = new HashMap<>();
        ArrayDeque<Integer> open = new ArrayDeque<>();
        open.push(graph.producer(to));
        // Depth first from the end of the part, so that the order of operators in the file plays no role.
        while (true) {
            Integer n = open.poll();
            if (n == null) {
                break;
            }
            if (numbered.putIfAbsent(n, numbered.size()) != null) {
                continue;
            }
            int[] reads = graph.nodes().get(n).reads();
            for (int i = reads.length - 1; i >= 0; i--) {
                int producer = graph.producer(reads[i]);
                if (reads[i] != from && producer > first && body.get(producer)) {
                    open.push(producer);
                }
            }
        }
        int[] order = new int[numbered.size()];
        numbered.forEach((n, number) -> order[number] = n);
        for (int n : order) {
            Node node = graph.nodes().get(n);
            text.append(node.proto().getDomain()).append(':').append(node.op());
            attributes(node, text);
            for (int value : node.inputs()) {
                text.append(value < 0 ? "-" : reference(value, from, first, body, numbered))
                        .append(',');
            }
            for (int i = 0; i < node.reads().length; i++) {
                if (Arrays.stream(node.inputs()).noneMatch(captures(node.reads()[i]))) {
                    text.append('^').append(reference(node.reads()[i], from, first, body, numbered));
                }
            }
            text.append(node.outputs().length).append(';');
        }
        return numbers.computeIfAbsent(text.toString(), key -> numbers.size());
    }

    private static IntPredicate captures(int value) {
        return input -> input == value;
    }

    private String reference(int value, int from, int first, BitSet body, Map<Integer, Integer> numbered) {
        if (value == from) {
            return "in";
        }
        int producer = graph.producer(value);
        if (producer > first && body.get(producer) && numbered.containsKey(producer)) {
            int[] outputs = graph.nodes().get(producer).outputs();
            int index = 0;
            while (outputs[index] != value) {
                index++;
            }
            return numbered.get(producer) + "." + index;
        }
        Fact fact = sizes.fact(value);
        return (graph.isVariable(value) ? "side" : "parameter") + fact;
    }

    private static void attributes(Node node, StringBuilder text) {
        Map<String, String> sorted = new TreeMap<>();
        for (AttributeProto attribute : node.proto().getAttributeList()) {
            if (attribute.getName().equals("seed")) {
                continue;
            }
            String value;
            if (attribute.hasT()) {
                TensorProto tensor = attribute.getT();
                value = "tensor " + tensor.getDataType() + tensor.getDimsList();
            } else if (attribute.hasG() || attribute.getGraphsCount() > 0) {
                // Bodies are told apart by their operators only; their weights are values around them.
                StringBuilder operators = new StringBuilder();
                attribute.getG().getNodeList().forEach(inner -> operators
                        .append(inner.getOpType())
                        .append(' '));
                value = operators.toString();
            } else {
                value = attribute.hasF()
                        ? Float.toString(attribute.getF())
                        : attribute.hasI()
                                ? Long.toString(attribute.getI())
                                : attribute.hasS()
                                        ? attribute.getS().toStringUtf8()
                                        : attribute.getIntsList().toString()
                                                + attribute.getFloatsList()
                                                + attribute.getStringsList();
            }
            sorted.put(attribute.getName(), value);
        }
        text.append(sorted);
    }
}
