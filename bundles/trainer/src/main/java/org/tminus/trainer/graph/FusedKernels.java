/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.tminus.trainer.graph.Inputs.LowRank;
import org.tminus.trainer.graph.TorchGraph.Kernel;

/** Computations that stand for several nodes. */
final class FusedKernels {
    private FusedKernels() {}

    /** Input, scale, bias. */
    static Kernel layerNorm(double epsilon) {
        return Operators.one(in -> {
            Tensor x = in.get(0);
            return torch.layer_norm(
                    x,
                    new long[] {x.size(-1)},
                    new TensorOptional(in.get(1)),
                    new TensorOptional(in.get(2)),
                    epsilon,
                    false);
        });
    }

    /** Input, matrix, bias. */
    static Kernel affine() {
        return Operators.one(in -> affine(in, in.get(2), false));
    }

    /** Product with the matrix (input 1) plus a bias, over all rows at once. */
    static Tensor affine(Inputs in, Tensor bias, boolean transposed) {
        Tensor x = in.get(0);
        Tensor matrix = in.get(1);
        long[] shape = x.shape();
        Tensor rows = shape.length == 2 ? x : x.reshape(-1, shape[shape.length - 1]);
        Tensor factor = transposed ? matrix.t() : matrix;
        Tensor result = isMixed(in, rows, factor) ? mixed(rows, factor).add(bias) : torch.addmm(bias, rows, factor);
        LowRank change = in.change(1);
        if (change != null) {
            // Two thin products cost far less than a gradient for the whole matrix.
            Tensor first = transposed ? change.second().t() : change.first();
            Tensor second = transposed ? change.first().t() : change.second();
            result = torch.addmm(result, torch.mm(rows, first), second, new Scalar(1.0), new Scalar(change.scale()));
        }
        if (shape.length == 2) {
            return result;
        }
        long[] target = shape.clone();
        target[target.length - 1] = result.size(1);
        return result.view(target);
    }

    /** The product with a matrix, in the precision of the run. */
    static Tensor product(Inputs in, Tensor x, Tensor matrix) {
        return isMixed(in, x, matrix) ? mixed(x, matrix) : torch.matmul(x, matrix);
    }

    /** Products of states, as in attention, stay as they are: they are small, and libtorch is slower at them in bfloat16. */
    private static boolean isMixed(Inputs in, Tensor x, Tensor matrix) {
        return in.precision() == Precision.BFLOAT16
                && matrix.dim() == 2
                && x.scalar_type().intern() == ScalarType.Float
                && matrix.scalar_type().intern() == ScalarType.Float;
    }

    /** Summed in float32 by the processor; the gradients are products of that kind as well. */
    private static Tensor mixed(Tensor x, Tensor matrix) {
        return torch.matmul(x.toType(ScalarType.BFloat16), matrix.toType(ScalarType.BFloat16))
                .toType(ScalarType.Float);
    }

    /** Queries, transposed keys, values, mask (may be absent). */
    static Kernel attention(double scale) {
        return Operators.one(in -> {
            Tensor query = in.get(0);
            Tensor keys = in.get(1);
            Tensor values = in.get(2);
            Tensor mask = in.optional(3);
            if (query.dim() == 4) {
                return torch.scaled_dot_product_attention(
                        query,
                        keys.transpose(-1, -2),
                        values,
                        mask == null ? new TensorOptional() : new TensorOptional(mask),
                        0,
                        false,
                        new DoubleOptional(scale),
                        false);
            }
            Tensor scores = torch.matmul(query, keys).mul(new Scalar(scale));
            return torch.matmul((mask == null ? scores : scores.add(mask)).softmax(-1), values);
        });
    }
}
