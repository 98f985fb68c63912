/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal.fold;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention: queries, keys and values by head, products, scale, mask, softmax, weighted values, heads together
 * again. Where one matrix makes all three, its product is folded in as well. State of shape [batch, length, width].
 */
final class AttentionFold implements Fold {
    private static final List<Long> BY_HEAD = List.of(0L, 2L, 1L, 3L);
    private static final List<Long> BY_HEAD_TRANSPOSED = List.of(0L, 2L, 3L, 1L);
    private static final List<Long> TRANSPOSED = List.of(0L, 1L, 3L, 2L);

    /** Since then softmax is over the last dimension unless it says otherwise. */
    private static final int SOFTMAX_LAST = 13;

    /**
     * Values that were split by head.
     *
     * @param value before, of shape [batch, length, heads × size]
     * @param scale what they were multiplied by meanwhile
     */
    private record Heads(String value, long count, long size, float scale) {}

    /** The products of queries and keys, and what was made of them before the softmax. */
    private record Scores(Heads queries, Heads keys, float scale, @Nullable String mask) {}

    @Override
    public boolean apply(FoldGraph graph, NodeProto joined) {
        if (!FoldGraph.is(joined, "Reshape")) {
            return false;
        }
        NodeProto together = graph.producer(joined.getInput(0), "Transpose");
        if (together == null || !FoldGraph.longs(together, "perm").equals(BY_HEAD)) {
            return false;
        }
        NodeProto weighted = graph.producer(together.getInput(0), "MatMul");
        NodeProto softmax = weighted == null ? null : graph.producer(weighted.getInput(0), "Softmax");
        if (weighted == null || softmax == null || !isOverLast(graph, softmax)) {
            return false;
        }
        Heads values = heads(graph, weighted.getInput(1), false);
        Scores scores = scores(graph, softmax.getInput(0));
        if (values == null
                || scores == null
                || values.scale != 1
                || scores.queries.count != scores.keys.count
                || scores.queries.count != values.count
                || scores.queries.size != scores.keys.size
                || !isJoined(graph, joined, values)) {
            return false;
        }
        List<NodeProto> before = graph.snapshot();
        graph.replace(List.of(joined), folded(graph, joined, scores, values));
        if (graph.producer(softmax.getOutput(0), "Softmax") != null) {
            // Somebody else reads the weights; computing them twice is no gain.
            graph.restore(before);
            return false;
        }
        return true;
    }

    private static boolean isOverLast(FoldGraph graph, NodeProto softmax) {
        long axis = FoldGraph.number(softmax, "axis", graph.opset() >= SOFTMAX_LAST ? -1 : 1);
        return axis == -1 || axis == 3;
    }

    private static boolean isJoined(FoldGraph graph, NodeProto joined, Heads values) {
        long[] last = last(graph, joined.getInput(1), 1);
        return last != null && (last[0] == values.count * values.size || last[0] == -1);
    }

    private static @Nullable Scores scores(FoldGraph graph, String value) {
        Scores plain = unmasked(graph, value, null);
        if (plain != null) {
            return plain;
        }
        NodeProto masked = graph.producer(value, "Add");
        if (masked == null) {
            return null;
        }
        Scores first = unmasked(graph, masked.getInput(0), masked.getInput(1));
        return first != null ? first : unmasked(graph, masked.getInput(1), masked.getInput(0));
    }

    private static @Nullable Scores unmasked(FoldGraph graph, String value, @Nullable String mask) {
        Scaled scaled = scaled(graph, value);
        NodeProto product = graph.producer(scaled.value, "MatMul");
        if (product == null) {
            return null;
        }
        Heads queries = heads(graph, product.getInput(0), false);
        Heads keys = heads(graph, product.getInput(1), true);
        return queries == null || keys == null
                ? null
                : new Scores(queries, keys, scaled.scale * queries.scale * keys.scale, mask);
    }

    private record Scaled(String value, float scale) {}

    /** Before it was multiplied or divided by constants. */
    private static Scaled scaled(FoldGraph graph, String value) {
        float scale = 1;
        String at = value;
        while (true) {
            NodeProto product = graph.producer(at, "Mul");
            NodeProto division = graph.producer(at, "Div");
            NodeProto node = product != null ? product : division;
            if (node == null) {
                return new Scaled(at, scale);
            }
            Float factor = graph.scalar(node.getInput(1));
            String scaled = node.getInput(0);
            if (factor == null && product != null) {
                factor = graph.scalar(node.getInput(0));
                scaled = node.getInput(1);
            }
            if (factor == null || factor == 0) {
                return new Scaled(at, scale);
            }
            scale = product != null ? scale * factor : scale / factor;
            at = scaled;
        }
    }

    private static @Nullable Heads heads(FoldGraph graph, String value, boolean transposed) {
        Scaled outer = scaled(graph, value);
        NodeProto turned = graph.producer(outer.value, "Transpose");
        if (turned == null) {
            return null;
        }
        float scale = outer.scale;
        List<Long> order = FoldGraph.longs(turned, "perm");
        if (transposed && order.equals(TRANSPOSED)) {
            Scaled inner = scaled(graph, turned.getInput(0));
            turned = graph.producer(inner.value, "Transpose");
            scale *= inner.scale;
            if (turned == null || !FoldGraph.longs(turned, "perm").equals(BY_HEAD)) {
                return null;
            }
        } else if (!order.equals(transposed ? BY_HEAD_TRANSPOSED : BY_HEAD)) {
            return null;
        }
        NodeProto split = graph.producer(turned.getInput(0), "Reshape");
        long[] last = split == null ? null : last(graph, split.getInput(1), 2);
        if (split == null || last == null || last[0] <= 0 || last[1] <= 0) {
            return null;
        }
        Scaled whole = scaled(graph, split.getInput(0));
        return new Heads(whole.value, last[0], last[1], scale * whole.scale);
    }

    /** The last dimensions of a shape, which may be put together from pieces; null if they are not known. */
    private static long @Nullable [] last(FoldGraph graph, String shape, int count) {
        long[] known = graph.longs(shape);
        if (known != null) {
            return known.length < count ? null : Arrays.copyOfRange(known, known.length - count, known.length);
        }
        NodeProto pieces = graph.producer(shape, "Concat");
        if (pieces == null || pieces.getInputCount() < count) {
            return null;
        }
        long[] last = new long[count];
        for (int index = 0; index < count; index++) {
            long[] piece = graph.longs(pieces.getInput(pieces.getInputCount() - count + index));
            if (piece == null || piece.length != 1) {
                return null;
            }
            last[index] = piece[0];
        }
        return last;
    }

    private static List<NodeProto> folded(FoldGraph graph, NodeProto joined, Scores scores, Heads values) {
        List<NodeProto> nodes = new ArrayList<>();
        String mask = scores.mask;
        String bias = mask == null ? "" : widened(graph, mask, scores.queries.value, nodes);
        NodeProto.Builder attention = NodeProto.newBuilder()
                .setDomain(FoldGraph.MICROSOFT)
                .setName(joined.getOutput(0) + "/attention")
                .addOutput(joined.getOutput(0))
                .addAttribute(FoldGraph.attribute("num_heads", values.count))
                .addAttribute(FoldGraph.attribute("scale", scores.scale));
        List<String> together = together(graph, scores, values);
        if (together != null) {
            attention.setOpType("Attention").addAllInput(together);
        } else {
            attention
                    .setOpType("MultiHeadAttention")
                    .addAllInput(List.of(scores.queries.value, scores.keys.value, values.value, ""));
        }
        if (!bias.isEmpty()) {
            attention.addAllInput(together == null ? List.of("", bias) : List.of("", "", bias));
        }
        nodes.add(attention.build());
        return nodes;
    }

    /** State, matrix and bias where one product makes queries, keys and values, in this order and of one size; else null. */
    private static @Nullable List<String> together(FoldGraph graph, Scores scores, Heads values) {
        NodeProto split = graph.producer(values.value, "Split");
        if (split == null
                || values.size != scores.queries.size
                || !split.getOutputList().equals(List.of(scores.queries.value, scores.keys.value, values.value))) {
            return null;
        }
        NodeProto biased = graph.producer(split.getInput(0), "Add");
        if (biased == null) {
            return null;
        }
        for (int order = 0; order < 2; order++) {
            NodeProto product = graph.producer(biased.getInput(order), "MatMul");
            TensorProto bias = graph.initializer(biased.getInput(1 - order));
            TensorProto matrix = product == null ? null : graph.initializer(product.getInput(1));
            if (product != null
                    && matrix != null
                    && matrix.getDimsCount() == 2
                    && bias != null
                    && bias.getDimsCount() == 1
                    && bias.getDims(0) == 3 * values.count * values.size
                    && matrix.getDims(1) == bias.getDims(0)) {
                return List.of(product.getInput(0), product.getInput(1), biased.getInput(1 - order));
            }
        }
        return null;
    }

    /** The operators want a mask that has the queries as a dimension of its own: once per mask, not per layer. */
    private static String widened(FoldGraph graph, String mask, String queries, List<NodeProto> added) {
        String name = mask + "/widened";
        if (graph.isComputed(name)) {
            return name;
        }
        String one = graph.newLong(name + "/one", 1);
        String shape = graph.fresh(name + "/of");
        String length = graph.fresh(name + "/length");
        String wanted = graph.fresh(name + "/shape");
        added.add(node("Shape", List.of(queries), shape).build());
        added.add(node("Gather", List.of(shape, one), length).build());
        added.add(node("Concat", List.of(one, one, length, one), wanted)
                .addAttribute(FoldGraph.attribute("axis", 0))
                .build());
        added.add(node("Expand", List.of(mask, wanted), name).build());
        return name;
    }

    private static NodeProto.Builder node(String operator, List<String> inputs, String output) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(inputs)
                .addOutput(output);
    }
}
