/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.Map;
import java.util.Set;

/** Counts the operations of one operator for concrete sizes, by the rules that {@link org.tminus.onnx.Cost} states. */
final class Flops {
    private static final Set<String> FREE = Set.of(
            "Cast",
            "CastLike",
            "Concat",
            "Constant",
            "ConstantOfShape",
            "DepthToSpace",
            "Dropout",
            "Expand",
            "EyeLike",
            "Flatten",
            "Gather",
            "GatherElements",
            "GatherND",
            "Identity",
            "NonZero",
            "OneHot",
            "Pad",
            "Range",
            "Reshape",
            "ScatterElements",
            "ScatterND",
            "Shape",
            "Size",
            "Slice",
            "SpaceToDepth",
            "Split",
            "Squeeze",
            "Tile",
            "Transpose",
            "Trilu",
            "Unsqueeze",
            "Where");

    private static final Map<String, Integer> PER_ELEMENT = Map.ofEntries(
            Map.entry("Softmax", 5),
            Map.entry("LogSoftmax", 5),
            Map.entry("LayerNormalization", 8),
            Map.entry("SimplifiedLayerNormalization", 5),
            Map.entry("RMSNormalization", 5),
            Map.entry("InstanceNormalization", 8),
            Map.entry("GroupNormalization", 8),
            Map.entry("BatchNormalization", 2),
            Map.entry("SkipLayerNormalization", 10),
            Map.entry("SkipSimplifiedLayerNormalization", 7),
            Map.entry("EmbedLayerNormalization", 10),
            Map.entry("Gelu", 5),
            Map.entry("FastGelu", 6),
            Map.entry("QuickGelu", 4),
            Map.entry("BiasGelu", 6),
            Map.entry("RotaryEmbedding", 3),
            // Its range is found first.
            Map.entry("DynamicQuantizeLinear", 3),
            Map.entry("QLinearSoftmax", 5),
            Map.entry("QEmbedLayerNormalization", 10));

    private Flops() {}

    /** Whether the operator is a large product: what makes up the cost of a transformer. */
    static boolean isHeavy(String op) {
        return switch (op) {
            case "MatMul",
                    "Gemm",
                    "Conv",
                    "MatMulInteger",
                    "QLinearMatMul",
                    "QLinearConv",
                    "ConvInteger",
                    "FusedMatMul",
                    "MatMulNBits",
                    "MatMulIntegerToFloat",
                    "DynamicQuantizeMatMul",
                    "QGemm",
                    "Attention",
                    "QAttention",
                    "MultiHeadAttention",
                    "Einsum" -> true;
            default -> false;
        };
    }

    /** The operations of an operator; NaN if its sizes are not known. */
    static double of(Inference inference, Node node) {
        String op = node.op();
        if (FREE.contains(op) || node.outputs().length == 0) {
            return 0;
        }
        Fact x = inference.input(node, 0);
        Fact w = inference.input(node, 1);
        Fact result = node.outputs()[0] < 0 ? x : inference.fact(node.outputs()[0]);
        double out = result.elements();
        if (out < 0) {
            return Double.NaN;
        }
        if (Rules.isReduction(op) || op.equals("ArgMax") || op.equals("ArgMin") || op.endsWith("Pool")) {
            return known(x.elements());
        }
        Integer each = PER_ELEMENT.get(op);
        if (each != null) {
            return each * out;
        }
        Attributes attributes = new Attributes(node.proto());
        long[] a = x.dims();
        long[] b = w.dims();
        switch (op) {
            case "MatMul",
                    "MatMulInteger",
                    "QLinearMatMul",
                    "MatMulIntegerToFloat",
                    "DynamicQuantizeMatMul",
                    "MatMulNBits" -> {
                return a == null || a.length == 0 ? Double.NaN : 2 * out * a[a.length - 1];
            }
            case "FusedMatMul" -> {
                boolean turned = attributes.integer("transA", 0) != 0;
                return a == null || a.length < 2 ? Double.NaN : 2 * out * a[a.length - (turned ? 2 : 1)];
            }
            case "Gemm", "QGemm" -> {
                boolean turned = attributes.integer("transA", 0) != 0;
                return a == null || a.length != 2
                        ? Double.NaN
                        : 2 * out * a[turned ? 0 : 1] + (hasBias(inference, node) ? out : 0);
            }
            case "Conv", "ConvInteger", "QLinearConv" -> {
                long[] kernel =
                        op.equals("QLinearConv") ? inference.input(node, 3).dims() : b;
                if (kernel == null || kernel.length < 2 || kernel[0] == 0) {
                    return Double.NaN;
                }
                return 2 * out * Fact.product(kernel, 1, kernel.length) + (hasBias(inference, node) ? out : 0);
            }
            case "Attention", "QAttention" -> {
                return attention(inference, node, attributes, out);
            }
            case "MultiHeadAttention" -> {
                long[] keys = w.dims();
                if (a == null || keys == null || a.length != 3 || keys.length != 3) {
                    return Double.NaN;
                }
                double scores = (double) a[0] * a[1] * keys[1];
                double heads = attributes.integer("num_heads", 1);
                return scores * (2.0 * a[2] + 5 * heads) + 2.0 * out * keys[1];
            }
            case "Einsum" -> {
                double product = 2;
                for (double size : EinsumSizes.of(inference, node, attributes)) {
                    product *= size;
                }
                return product;
            }
            default -> {
                return out;
            }
        }
    }

    private static boolean hasBias(Inference inference, Node node) {
        return switch (node.op()) {
            case "ConvInteger" -> false;
            case "QGemm" -> inference.hasInput(node, 6);
            case "QLinearConv" -> inference.hasInput(node, 8);
            default -> inference.hasInput(node, 2);
        };
    }

    /** Both operators of this name: the fused one multiplies with its weights first, the standard one has its three inputs ready. */
    private static double attention(Inference inference, Node node, Attributes attributes, double out) {
        long[] query = inference.input(node, 0).dims();
        long[] second = inference.input(node, 1).dims();
        if (query == null || second == null) {
            return Double.NaN;
        }
        if (!node.isStandard()) {
            if (query.length != 3 || second.length != 2) {
                return Double.NaN;
            }
            double scores = (double) query[0] * query[1] * query[1];
            double hidden = second[1] / 3.0;
            double heads = attributes.integer("num_heads", 1);
            return 2.0 * query[0] * query[1] * second[0] * second[1] + scores * (4.0 * hidden + 5 * heads);
        }
        int rank = query.length;
        if (rank < 3 || second.length != rank) {
            return Double.NaN;
        }
        double keys = second[rank - 2];
        double heads = rank == 4 ? query[1] : attributes.integer("q_num_heads", 1);
        double width = rank == 4 ? query[1] * (double) query[3] : query[2];
        double scores = query[0] * (double) query[rank - 2] * keys;
        return scores * (2.0 * width + 5 * heads) + 2.0 * out * keys;
    }

    private static double known(long elements) {
        return elements < 0 ? Double.NaN : elements;
    }
}
