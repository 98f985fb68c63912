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
            case "EmbedLayerNormalization" -> {
                Fact table = inference.input(node, 2);
                long[] rows = table.dims();
                long[] result = null;
                if (dims != null && rows != null && rows.length == 2) {
                    result = Arrays.copyOf(dims, dims.length + 1);
                    result[dims.length] = rows[1];
                }
                out[0] = Fact.of(table.type(), result);
                Inference.fill(
                        out, 1, Fact.of(Types.INT32, dims == null || dims.length == 0 ? null : new long[] {dims[0]}));
                Inference.fill(out, 2, out[0]);
            }
            case "Attention" -> {
                long[] weights = inference.input(node, 1).dims();
                long[] sizes = attributes.integers("qkv_hidden_sizes");
                long[] result = null;
                if (dims != null && weights != null && dims.length == 3 && weights.length == 2) {
                    result = dims.clone();
                    result[2] = sizes != null && sizes.length == 3 ? sizes[2] : weights[1] / 3;
                }
                out[0] = Fact.of(x.type(), result);
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
            default -> {
                return false;
            }
        }
        return true;
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
