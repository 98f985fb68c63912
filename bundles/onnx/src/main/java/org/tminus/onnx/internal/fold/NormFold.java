/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal.fold;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Layer normalisation over the last dimension that is spelled out, as older exporters do: mean, difference, variance, scale and shift. */
final class NormFold implements Fold {
    @Override
    public boolean apply(FoldGraph graph, NodeProto shift) {
        if (!FoldGraph.is(shift, "Add")) {
            return false;
        }
        for (int order = 0; order < 2; order++) {
            NodeProto scale = graph.producer(shift.getInput(order), "Mul");
            String bias = shift.getInput(1 - order);
            if (scale != null && isVector(graph, bias) && apply(graph, shift, scale, bias)) {
                return true;
            }
        }
        return false;
    }

    private static boolean apply(FoldGraph graph, NodeProto shift, NodeProto scale, String bias) {
        for (int order = 0; order < 2; order++) {
            NodeProto division = graph.producer(scale.getInput(order), "Div");
            String weight = scale.getInput(1 - order);
            if (division == null || !isVector(graph, weight)) {
                continue;
            }
            NodeProto difference = graph.producer(division.getInput(0), "Sub");
            NodeProto root = graph.producer(division.getInput(1), "Sqrt");
            NodeProto sum = root == null ? null : graph.producer(root.getInput(0), "Add");
            if (difference == null || sum == null) {
                continue;
            }
            String input = difference.getInput(0);
            Float epsilon = graph.scalar(sum.getInput(1));
            if (epsilon == null
                    || !input.equals(meanOf(graph, difference.getInput(1)))
                    || !isSquare(graph, meanOf(graph, sum.getInput(0)), division.getInput(0))) {
                continue;
            }
            NodeProto norm = NodeProto.newBuilder()
                    .setOpType("LayerNormalization")
                    .setName(shift.getOutput(0) + "/norm")
                    .addAllInput(List.of(input, weight, bias))
                    .addOutput(shift.getOutput(0))
                    .addAttribute(FoldGraph.attribute("axis", -1))
                    .addAttribute(FoldGraph.attribute("epsilon", epsilon))
                    .build();
            graph.replace(List.of(shift), List.of(norm));
            return true;
        }
        return false;
    }

    private static boolean isVector(FoldGraph graph, String value) {
        var tensor = graph.initializer(value);
        return tensor != null && tensor.getDimsCount() == 1;
    }

    /** What a value is the mean of, over the last dimension, which is kept; null if it is none. */
    private static @Nullable String meanOf(FoldGraph graph, String value) {
        NodeProto mean = graph.producer(value, "ReduceMean");
        if (mean == null || FoldGraph.number(mean, "keepdims", 1) != 1) {
            return null;
        }
        long[] axes = mean.getInputCount() > 1
                ? graph.longs(mean.getInput(1))
                : FoldGraph.longs(mean, "axes").stream()
                        .mapToLong(Long::longValue)
                        .toArray();
        return axes != null && Arrays.equals(axes, new long[] {-1}) ? mean.getInput(0) : null;
    }

    private static boolean isSquare(FoldGraph graph, @Nullable String value, String of) {
        if (value == null) {
            return false;
        }
        NodeProto power = graph.producer(value, "Pow");
        NodeProto product = graph.producer(value, "Mul");
        if (power != null) {
            Float exponent = graph.scalar(power.getInput(1));
            return power.getInput(0).equals(of) && exponent != null && exponent == 2;
        }
        return product != null
                && product.getInput(0).equals(of)
                && product.getInput(1).equals(of);
    }
}
