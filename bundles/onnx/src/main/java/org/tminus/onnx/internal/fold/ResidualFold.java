/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal.fold;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A projection, its bias, the sum with what went around it, and the normalisation after that: pre-LN and post-LN alike. */
final class ResidualFold implements Fold {
    private static final float EPSILON = 1e-5f;

    @Override
    public boolean apply(FoldGraph graph, NodeProto norm) {
        if (!FoldGraph.is(norm, "LayerNormalization")
                || norm.getOutputCount() > 1
                || norm.getInputCount() != 3
                || FoldGraph.number(norm, "axis", -1) != -1) {
            return false;
        }
        NodeProto sum = graph.producer(norm.getInput(0), "Add");
        return sum != null && (apply(graph, norm, sum, 0) || apply(graph, norm, sum, 1));
    }

    private static boolean apply(FoldGraph graph, NodeProto norm, NodeProto sum, int projected) {
        String around = sum.getInput(1 - projected);
        String value = sum.getInput(projected);
        if (graph.initializer(around) != null) {
            return false;
        }
        String bias = null;
        String input = value;
        NodeProto biased = graph.producer(value, "Add");
        if (biased != null) {
            int at = isVector(graph, biased.getInput(1)) ? 1 : isVector(graph, biased.getInput(0)) ? 0 : -1;
            if (at < 0 || graph.uses(value) > 1) {
                return false;
            }
            bias = biased.getInput(at);
            input = biased.getInput(1 - at);
        }
        // Both are of one shape then: a projection is as large as what it is added to.
        if (graph.producer(input, "MatMul") == null) {
            return false;
        }
        graph.replace(List.of(norm, sum), List.of(skip(graph, norm, sum, input, around, bias)));
        return true;
    }

    private static NodeProto skip(
            FoldGraph graph, NodeProto norm, NodeProto sum, String input, String around, @Nullable String bias) {
        List<String> outputs = new ArrayList<>(List.of(norm.getOutput(0)));
        if (graph.uses(sum.getOutput(0)) > 1) {
            outputs.addAll(List.of("", "", sum.getOutput(0)));
        }
        NodeProto.Builder skip = NodeProto.newBuilder()
                .setDomain(FoldGraph.MICROSOFT)
                .setOpType("SkipLayerNormalization")
                .setName(norm.getOutput(0) + "/skip")
                .addAllInput(List.of(input, around, norm.getInput(1), norm.getInput(2)))
                .addAllOutput(outputs);
        if (bias != null) {
            skip.addInput(bias);
        }
        AttributeProto epsilon = FoldGraph.attribute(norm, "epsilon");
        return skip.addAttribute(FoldGraph.attribute("epsilon", epsilon == null ? EPSILON : epsilon.getF()))
                .build();
    }

    private static boolean isVector(FoldGraph graph, String value) {
        TensorProto tensor = graph.initializer(value);
        return tensor != null && tensor.getDimsCount() == 1;
    }
}
