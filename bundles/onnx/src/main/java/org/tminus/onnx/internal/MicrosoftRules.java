/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Shape rules of the fused operators that ONNX Runtime's transformer optimiser writes (domain {@code com.microsoft}). */
final class MicrosoftRules {
    private MicrosoftRules() {}

    /** Sets the results; false if the operator has no rule here and may be like the standard one of the same name. */
    static boolean apply(Inference inference, Node node, Attributes attributes, Fact[] out) throws ShapeConflict {
        Fact x = inference.input(node, 0);
        long[] dims = x.dims();
        switch (node.op()) {
            case "SkipLayerNormalization", "SkipSimplifiedLayerNormalization" -> {
                out[0] = x;
                if (dims != null && dims.length > 0) {
                    long[] stats = dims.clone();
                    stats[stats.length - 1] = 1;
                    Inference.fill(out, 1, Fact.of(Types.FLOAT, stats));
                    Inference.fill(out, 2, Fact.of(Types.FLOAT, stats));
                }
                Inference.fill(out, 3, x);
            }
            case "EmbedLayerNormalization", "QEmbedLayerNormalization" -> {
                Fact table = inference.input(node, 2);
                int type = node.op().startsWith("Q") ? inference.input(node, 8).type() : table.type();
                long[] rows = table.dims();
                long[] result = null;
                if (dims != null && rows != null && rows.length == 2) {
                    result = Arrays.copyOf(dims, dims.length + 1);
                    result[dims.length] = rows[1];
                }
                out[0] = Fact.of(type, result);
                Inference.fill(
                        out, 1, Fact.of(Types.INT32, dims == null || dims.length == 0 ? null : new long[] {dims[0]}));
                Inference.fill(out, 2, out[0]);
            }
            case "Attention", "QAttention" -> {
                long[] weights = inference.input(node, 1).dims();
                long[] sizes = attributes.integers("qkv_hidden_sizes");
                long[] result = null;
                if (dims != null && weights != null && dims.length == 3 && weights.length == 2) {
                    result = dims.clone();
                    result[2] = sizes != null && sizes.length == 3 ? sizes[2] : weights[1] / 3;
                }
                out[0] = Fact.of(
                        node.op().startsWith("Q") ? inference.input(node, 3).type() : x.type(), result);
            }
            case "MultiHeadAttention" -> {
                long[] value = inference.input(node, 2).dims();
                long[] result = null;
                if (dims != null && value != null && dims.length == 3 && value.length == 3) {
                    result = dims.clone();
                    result[2] = value[2];
                }
                out[0] = Fact.of(x.type(), result);
            }
            case "FusedMatMul" -> out[0] = Fact.of(x.type(), fusedMatMul(inference, node, attributes));
            case "MatMulNBits" -> {
                long[] result = null;
                if (dims != null && dims.length > 0) {
                    result = dims.clone();
                    result[result.length - 1] = attributes.integer("N", -1);
                }
                out[0] = Fact.of(x.type(), result);
            }
            case "QLinearAdd", "QLinearMul" ->
                out[0] = Fact.of(
                        x.type(), Rules.broadcast(dims, inference.input(node, 3).dims()));
            case "QLinearWhere" ->
                out[0] = Fact.of(
                        inference.input(node, 1).type(),
                        Rules.broadcast(
                                Rules.broadcast(dims, inference.input(node, 1).dims()),
                                inference.input(node, 4).dims()));
            case "QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax" -> out[0] = Fact.of(x.type(), dims);
            case "QLinearConcat" -> concat(inference, node, attributes, out);
            case "QGemm" -> {
                Fact product = Inference.gemm(attributes, x, inference.input(node, 3));
                boolean whole = inference.hasInput(node, 8);
                out[0] = Fact.of(
                        whole
                                ? inference.input(node, 8).type()
                                : inference.input(node, 1).type(),
                        product.dims());
            }
            case "MatMulIntegerToFloat" ->
                out[0] = Fact.of(
                        inference.input(node, 2).type(),
                        Rules.matMul(dims, inference.input(node, 1).dims()));
            case "DynamicQuantizeMatMul" ->
                out[0] = Fact.of(
                        x.type(), Rules.matMul(dims, inference.input(node, 1).dims()));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Scale and zero point of the result, then each part with its own. */
    private static void concat(Inference inference, Node node, Attributes attributes, Fact[] out) throws ShapeConflict {
        int type = inference.input(node, 2).type();
        out[0] = Fact.typed(type);
        long[] result = null;
        for (int i = 2; i < node.inputs().length; i += 3) {
            long[] dims = inference.input(node, i).dims();
            if (dims == null || dims.length == 0) {
                return;
            }
            if (result == null) {
                result = dims.clone();
            } else if (dims.length == result.length) {
                int axis = Rules.axis(attributes.integer("axis", 0), dims.length);
                result[axis] += dims[axis];
            } else {
                throw new ShapeConflict(
                        "a concatenation of " + Arrays.toString(result) + " and " + Arrays.toString(dims));
            }
        }
        out[0] = Fact.of(type, result);
    }

    private static long @Nullable [] fusedMatMul(Inference inference, Node node, Attributes attributes)
            throws ShapeConflict {
        return Rules.matMul(
                turned(inference.input(node, 0).dims(), attributes.integer("transA", 0) != 0),
                turned(inference.input(node, 1).dims(), attributes.integer("transB", 0) != 0));
    }

    private static long @Nullable [] turned(long @Nullable [] dims, boolean turn) {
        if (dims == null || !turn || dims.length < 2) {
            return dims;
        }
        long[] result = dims.clone();
        result[dims.length - 1] = dims[dims.length - 2];
        result[dims.length - 2] = dims[dims.length - 1];
        return result;
    }
}
