/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The shape rules of single operators, on concrete dimensions. A result with unknown dimensions means that the rule cannot tell. */
final class Rules {
    private static final Set<String> LIKE_FIRST = Set.of(
            "Abs",
            "Acos",
            "Asin",
            "Atan",
            "BatchNormalization",
            "Bernoulli",
            "Ceil",
            "Celu",
            "Clip",
            "Cos",
            "Cosh",
            "CumSum",
            "Dropout",
            "Elu",
            "Erf",
            "Exp",
            "Floor",
            "Gelu",
            "GroupNormalization",
            "HardSigmoid",
            "HardSwish",
            "Hardmax",
            "Identity",
            "InstanceNormalization",
            "LRN",
            "LayerNormalization",
            "LeakyRelu",
            "Log",
            "LogSoftmax",
            "LpNormalization",
            "MeanVarianceNormalization",
            "Mish",
            "Neg",
            "Not",
            "PRelu",
            "RMSNormalization",
            "Reciprocal",
            "Relu",
            "Round",
            "ScatterElements",
            "ScatterND",
            "Selu",
            "Shrink",
            "Sigmoid",
            "Sign",
            "Sin",
            "Sinh",
            "Softmax",
            "Softplus",
            "Softsign",
            "Sqrt",
            "Swish",
            "Tan",
            "Tanh",
            "ThresholdedRelu",
            "Trilu",
            "BiasGelu",
            "FastGelu",
            "QuickGelu",
            "SimplifiedLayerNormalization",
            "RotaryEmbedding",
            "Cast",
            "RandomNormalLike",
            "RandomUniformLike");

    private static final Set<String> BROADCAST = Set.of(
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Pow",
            "Mod",
            "BitShift",
            "BitwiseAnd",
            "BitwiseOr",
            "BitwiseXor",
            "Min",
            "Max",
            "Sum",
            "Mean",
            "Where",
            "Equal",
            "Less",
            "Greater",
            "LessOrEqual",
            "GreaterOrEqual",
            "And",
            "Or",
            "Xor");

    private static final Set<String> TO_BOOL = Set.of(
            "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And", "Or", "Xor", "Not", "IsNaN", "IsInf");

    private static final Set<String> REDUCTIONS = Set.of(
            "ReduceMean",
            "ReduceSum",
            "ReduceMax",
            "ReduceMin",
            "ReduceProd",
            "ReduceL1",
            "ReduceL2",
            "ReduceSumSquare",
            "ReduceLogSum",
            "ReduceLogSumExp");

    private Rules() {}

    static boolean isLikeFirst(String op) {
        return LIKE_FIRST.contains(op);
    }

    static boolean isBroadcast(String op) {
        return BROADCAST.contains(op);
    }

    static boolean isReduction(String op) {
        return REDUCTIONS.contains(op);
    }

    static boolean isBoolean(String op) {
        return TO_BOOL.contains(op);
    }

    /** The common shape of both; null if either is unknown. */
    static long @Nullable [] broadcast(long @Nullable [] a, long @Nullable [] b) throws ShapeConflict {
        if (a == null || b == null) {
            return null;
        }
        int rank = Math.max(a.length, b.length);
        long[] result = new long[rank];
        for (int i = 1; i <= rank; i++) {
            long x = i <= a.length ? a[a.length - i] : 1;
            long y = i <= b.length ? b[b.length - i] : 1;
            if (x != y && x != 1 && y != 1) {
                throw new ShapeConflict(
                        "the shapes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " cannot be combined");
            }
            result[rank - i] = x == 1 ? y : x;
        }
        return result;
    }

    static int axis(long axis, int rank) throws ShapeConflict {
        if (axis < -rank || axis >= rank) {
            throw new ShapeConflict("axis " + axis + " of a tensor with " + rank + " dimensions");
        }
        return (int) (axis < 0 ? axis + rank : axis);
    }

    static long @Nullable [] matMul(long @Nullable [] a, long @Nullable [] b) throws ShapeConflict {
        if (a == null || b == null) {
            return null;
        }
        if (a.length == 0 || b.length == 0) {
            throw new ShapeConflict("a matrix product with a single number");
        }
        long inner = a[a.length - 1];
        long other = b.length == 1 ? b[0] : b[b.length - 2];
        if (inner != other) {
            throw new ShapeConflict("a matrix product of " + Arrays.toString(a) + " and " + Arrays.toString(b));
        }
        long[] batchA = a.length > 2 ? Arrays.copyOf(a, a.length - 2) : new long[0];
        long[] batchB = b.length > 2 ? Arrays.copyOf(b, b.length - 2) : new long[0];
        long[] batch = broadcast(batchA, batchB);
        int lead = batch == null ? 0 : batch.length;
        int extra = (a.length > 1 ? 1 : 0) + (b.length > 1 ? 1 : 0);
        long[] result = batch == null ? new long[extra] : Arrays.copyOf(batch, lead + extra);
        int at = lead;
        if (a.length > 1) {
            result[at++] = a[a.length - 2];
        }
        if (b.length > 1) {
            result[at] = b[b.length - 1];
        }
        return result;
    }

    static long[] reshape(long[] from, long[] target, boolean allowZero) throws ShapeConflict {
        long[] result = target.clone();
        int open = -1;
        long known = 1;
        for (int i = 0; i < result.length; i++) {
            if (result[i] == 0 && !allowZero) {
                if (i >= from.length) {
                    throw new ShapeConflict("a reshape of " + Arrays.toString(from) + " to " + Arrays.toString(target));
                }
                result[i] = from[i];
            }
            if (result[i] == -1) {
                if (open >= 0) {
                    throw new ShapeConflict("a reshape to " + Arrays.toString(target));
                }
                open = i;
            } else if (result[i] < 0) {
                throw new ShapeConflict("a reshape to " + Arrays.toString(target));
            } else {
                known = Fact.product(new long[] {known, result[i]}, 0, 2);
            }
        }
        long total = Fact.product(from, 0, from.length);
        if (open >= 0) {
            if (known == 0 || total % known != 0) {
                throw new ShapeConflict("a reshape of " + Arrays.toString(from) + " to " + Arrays.toString(target));
            }
            result[open] = total / known;
        } else if (known != total) {
            throw new ShapeConflict("a reshape of " + Arrays.toString(from) + " to " + Arrays.toString(target));
        }
        return result;
    }

    /** Sorted, distinct, not negative. */
    static int[] axes(long[] axes, int rank) throws ShapeConflict {
        int[] result = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            result[i] = axis(axes[i], rank);
        }
        Arrays.sort(result);
        for (int i = 1; i < result.length; i++) {
            if (result[i] == result[i - 1]) {
                throw new ShapeConflict("axis " + result[i] + " is named twice");
            }
        }
        return result;
    }

    static long[] reduce(long[] dims, int[] axes, boolean keep) {
        long[] result = new long[keep ? dims.length : dims.length - axes.length];
        int at = 0;
        for (int i = 0; i < dims.length; i++) {
            if (Arrays.binarySearch(axes, i) < 0) {
                result[at++] = dims[i];
            } else if (keep) {
                result[at++] = 1;
            }
        }
        return result;
    }

    static long[] without(long[] dims, int[] axes) throws ShapeConflict {
        for (int axis : axes) {
            if (dims[axis] != 1) {
                throw new ShapeConflict("dimension " + axis + " of " + Arrays.toString(dims) + " is squeezed");
            }
        }
        return reduce(dims, axes, false);
    }

    static long[] withOnes(long[] dims, int[] axes) {
        long[] result = new long[dims.length + axes.length];
        int from = 0;
        for (int i = 0; i < result.length; i++) {
            result[i] = Arrays.binarySearch(axes, i) >= 0 ? 1 : dims[from++];
        }
        return result;
    }

    /** Convolution and pooling over the spatial dimensions of {@code x}. */
    static long[] window(long[] x, long[] kernel, Attributes attributes, long channels) throws ShapeConflict {
        int spatial = x.length - 2;
        if (spatial < 1 || kernel.length != spatial) {
            throw new ShapeConflict("a window of " + Arrays.toString(kernel) + " over " + Arrays.toString(x));
        }
        long[] strides = orOnes(attributes.integers("strides"), spatial);
        long[] dilations = orOnes(attributes.integers("dilations"), spatial);
        long[] pads = attributes.integers("pads");
        String auto = attributes.string("auto_pad", "NOTSET");
        boolean ceil = attributes.integer("ceil_mode", 0) != 0;
        if (strides.length != spatial || dilations.length != spatial || (pads != null && pads.length != 2 * spatial)) {
            throw new ShapeConflict("a window with the wrong number of strides, dilations or pads");
        }
        long[] result = new long[x.length];
        result[0] = x[0];
        result[1] = channels;
        for (int i = 0; i < spatial; i++) {
            if (strides[i] < 1 || dilations[i] < 1 || kernel[i] < 1) {
                throw new ShapeConflict("a window with a stride, dilation or size below 1");
            }
            long size = x[i + 2];
            if (auto.startsWith("SAME")) {
                result[i + 2] = (size + strides[i] - 1) / strides[i];
                continue;
            }
            long padding = pads == null || auto.equals("VALID") ? 0 : pads[i] + pads[i + spatial];
            long room = size + padding - dilations[i] * (kernel[i] - 1) - 1;
            if (room < 0) {
                throw new ShapeConflict("a window of " + Arrays.toString(kernel) + " over " + Arrays.toString(x));
            }
            result[i + 2] = (ceil ? (room + strides[i] - 1) / strides[i] : room / strides[i]) + 1;
        }
        return result;
    }

    private static long[] orOnes(long @Nullable [] values, int count) {
        if (values != null && values.length > 0) {
            return values;
        }
        long[] ones = new long[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}
