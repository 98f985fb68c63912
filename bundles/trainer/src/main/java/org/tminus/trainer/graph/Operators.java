/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.graph.Inputs.LowRank;
import org.tminus.trainer.graph.TorchGraph.Kernel;

/** ONNX operators as libtorch operations that have gradients. */
final class Operators {
    private Operators() {}

    /** An operator, or a use of it, that is not known here. */
    static final class Unsupported extends Exception {
        private static final long serialVersionUID = 1;

        Unsupported(String message) {
            super(message);
        }
    }

    /** The computation of a node. */
    static Kernel kernel(NodeProto node, OnnxSource source) throws Unsupported {
        String domain = node.getDomain().equals("ai.onnx") ? "" : node.getDomain();
        NodeAttributes attributes = new NodeAttributes(node);
        Kernel kernel = domain.isEmpty()
                ? standard(node, attributes, source)
                : domain.equals("com.microsoft") ? microsoft(node, attributes) : null;
        if (kernel == null) {
            throw new Unsupported((domain.isEmpty() ? "" : domain + ".") + node.getOpType());
        }
        return kernel;
    }

    private static @Nullable Kernel microsoft(NodeProto node, NodeAttributes attributes) throws Unsupported {
        return switch (node.getOpType()) {
            case "Gelu" -> unary(torch::gelu);
            case "BiasGelu" -> one(in -> torch.gelu(in.get(0).add(in.get(1))));
            case "FastGelu" -> one(in -> torch.gelu(in.has(1) ? in.get(0).add(in.get(1)) : in.get(0), "tanh"));
            case "LayerNormalization" -> layerNorm(node, attributes);
            default -> null;
        };
    }

    private static @Nullable Kernel standard(NodeProto node, NodeAttributes a, OnnxSource source) throws Unsupported {
        long opset = source.opset("");
        return switch (node.getOpType()) {
            case "Identity" -> unary(x -> x);
            case "Dropout" -> {
                check(node.getOutputCount() == 1 || node.getOutput(1).isEmpty(), "Dropout whose mask is read");
                yield unary(x -> x);
            }
            case "Sqrt" -> unary(Tensor::sqrt);
            case "Exp" -> unary(Tensor::exp);
            case "Log" -> unary(Tensor::log);
            case "Abs" -> unary(Tensor::abs);
            case "Neg" -> unary(Tensor::neg);
            case "Erf" -> unary(Tensor::erf);
            case "Tanh" -> unary(Tensor::tanh);
            case "Sigmoid" -> unary(Tensor::sigmoid);
            case "Relu" -> unary(torch::relu);
            case "Reciprocal" -> unary(Tensor::reciprocal);
            case "Floor" -> unary(Tensor::floor);
            case "Ceil" -> unary(Tensor::ceil);
            case "Round" -> unary(Tensor::round);
            case "Sign" -> unary(Tensor::sign);
            case "Sin" -> unary(Tensor::sin);
            case "Cos" -> unary(Tensor::cos);
            case "Not" -> unary(Tensor::logical_not);
            case "IsNaN" -> unary(Tensor::isnan);
            case "Softplus" -> unary(torch::softplus);
            case "Mish" -> unary(torch::mish);
            case "HardSwish" -> unary(torch::hardswish);
            case "LeakyRelu" -> {
                Scalar slope = new Scalar((double) a.number("alpha", 0.01f));
                yield unary(x -> torch.leaky_relu(x, slope));
            }
            case "Elu" -> {
                double alpha = a.number("alpha", 1f);
                yield unary(x -> torch.elu(x, new Scalar(alpha), new Scalar(1.0), new Scalar(1.0)));
            }
            case "Gelu" -> {
                String form = a.text("approximate", "none");
                yield unary(x -> torch.gelu(x, form));
            }
            case "Add" -> binary(Tensor::add);
            case "Sub" -> binary(Tensor::sub);
            case "Mul" -> binary(Tensor::mul);
            case "Div" -> binary(Operators::divide);
            case "Pow" -> binary(Operators::power);
            case "Mod" -> binary(a.integer("fmod", 0) == 1 ? torch::fmod : torch::remainder);
            case "Equal" -> binary(torch::eq);
            case "Greater" -> binary(torch::gt);
            case "GreaterOrEqual" -> binary(torch::ge);
            case "Less" -> binary(torch::lt);
            case "LessOrEqual" -> binary(torch::le);
            case "And" -> binary(torch::logical_and);
            case "Or" -> binary(torch::logical_or);
            case "Xor" -> binary(torch::logical_xor);
            case "Max" -> variadic(torch::maximum);
            case "Min" -> variadic(torch::minimum);
            case "Sum" -> variadic(Tensor::add);
            case "Where" -> one(in -> torch.where(in.get(0), in.get(1), in.get(2)));
            case "Clip" -> clip(a);
            case "ReduceMean" -> reduce(a, (x, axes, keep) -> x.mean(axes, keep, Torch.none()));
            case "ReduceSum" -> reduce(a, (x, axes, keep) -> x.sum(axes, keep, Torch.none()));
            case "ReduceMax" -> reduce(a, Tensor::amax);
            case "ReduceMin" -> reduce(a, Tensor::amin);
            case "ReduceL2" ->
                reduce(a, (x, axes, keep) -> x.mul(x)
                        .sum(axes, keep, Torch.none())
                        .sqrt());
            case "ReduceSumSquare" -> reduce(a, (x, axes, keep) -> x.mul(x).sum(axes, keep, Torch.none()));
            case "ReduceProd" -> reduce(a, Operators::product);
            case "Softmax" -> softmax(a, opset, (x, axis) -> x.softmax(axis));
            case "LogSoftmax" -> softmax(a, opset, (x, axis) -> x.log_softmax(axis));
            case "MatMul" -> one(in -> times(in.get(0), in, 1, false));
            case "Gemm" -> gemm(a);
            case "LayerNormalization" -> layerNorm(node, a);
            case "BatchNormalization" -> batchNorm(node, a);
            case "Conv" -> convolution(a);
            case "MaxPool", "AveragePool" -> pool(node, a);
            case "GlobalAveragePool" -> unary(x -> spatialMean(x));
            case "Einsum" -> {
                String equation = a.text("equation", "");
                yield one(in -> torch.einsum(equation, new TensorVector(in.all().toArray(Tensor[]::new))));
            }
            default -> ShapeOperators.kernel(node, a, source);
        };
    }

    static void check(boolean holds, String otherwise) throws Unsupported {
        if (!holds) {
            throw new Unsupported(otherwise);
        }
    }

    interface Single {
        Tensor run(Inputs inputs);
    }

    static Kernel one(Single single) {
        return in -> new Tensor[] {single.run(in)};
    }

    static Kernel unary(UnaryOperator<Tensor> operator) {
        return in -> new Tensor[] {operator.apply(in.get(0))};
    }

    private static Kernel binary(BinaryOperator<Tensor> operator) {
        return in -> new Tensor[] {operator.apply(in.get(0), in.get(1))};
    }

    private static Kernel variadic(BinaryOperator<Tensor> operator) {
        return one(in -> {
            Tensor result = in.get(0);
            for (int i = 1; i < in.count(); i++) {
                result = operator.apply(result, in.get(i));
            }
            return result;
        });
    }

    static boolean isWhole(Tensor tensor) {
        return switch (tensor.scalar_type().intern()) {
            case Byte, Char, Short, Int, Long -> true;
            default -> false;
        };
    }

    /** ONNX rounds whole numbers towards zero. */
    private static Tensor divide(Tensor a, Tensor b) {
        return isWhole(a) ? torch.floor_divide(a.abs(), b.abs()).mul(a.sign()).mul(b.sign()) : a.div(b);
    }

    private static Tensor power(Tensor a, Tensor b) {
        if (b.numel() == 1 && !b.requires_grad()) {
            double exponent = b.toType(ScalarType.Double).item_double();
            return exponent == 2 ? a.mul(a) : a.pow(new Scalar(exponent)).toType(a.scalar_type());
        }
        return a.pow(b);
    }

    private static Kernel clip(NodeAttributes a) {
        if (a.has("min") || a.has("max")) {
            return unary(x -> x.clamp(
                    a.has("min") ? new ScalarOptional(new Scalar((double) a.number("min", 0))) : new ScalarOptional(),
                    a.has("max") ? new ScalarOptional(new Scalar((double) a.number("max", 0))) : new ScalarOptional()));
        }
        return one(in -> {
            Tensor x = in.get(0);
            Tensor least = in.optional(1);
            Tensor most = in.optional(2);
            if (least != null) {
                x = torch.maximum(x, least);
            }
            return most == null ? x : torch.minimum(x, most);
        });
    }

    private interface Reduction {
        Tensor reduce(Tensor input, long[] axes, boolean keep);
    }

    private static Kernel reduce(NodeAttributes a, Reduction reduction) {
        boolean keep = a.integer("keepdims", 1) == 1;
        boolean nothing = a.integer("noop_with_empty_axes", 0) == 1;
        long @Nullable [] fixed = a.integers("axes");
        return one(in -> {
            Tensor x = in.get(0);
            long[] axes = fixed != null ? fixed : in.has(1) ? in.longs(1) : new long[0];
            if (axes.length == 0) {
                if (nothing) {
                    return x;
                }
                axes = allAxes(x);
            }
            return reduction.reduce(x, axes, keep);
        });
    }

    private static long[] allAxes(Tensor tensor) {
        long[] axes = new long[(int) tensor.dim()];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i;
        }
        return axes;
    }

    private static Tensor product(Tensor input, long[] axes, boolean keep) {
        long[] sorted = Arrays.stream(axes)
                .map(axis -> axis < 0 ? axis + input.dim() : axis)
                .sorted()
                .toArray();
        Tensor result = input;
        for (int i = sorted.length - 1; i >= 0; i--) {
            result = result.prod(sorted[i], keep, Torch.none());
        }
        return result;
    }

    private interface AlongAxis {
        Tensor run(Tensor input, long axis);
    }

    /** Before opset 13 everything from the axis on is one dimension. */
    private static Kernel softmax(NodeAttributes a, long opset, AlongAxis function) {
        long axis = a.integer("axis", opset < 13 ? 1 : -1);
        return unary(x -> {
            long real = axis < 0 ? axis + x.dim() : axis;
            if (opset >= 13 || real == x.dim() - 1) {
                return function.run(x, real);
            }
            long[] shape = x.shape();
            long rows = 1;
            for (int i = 0; i < real; i++) {
                rows *= shape[i];
            }
            return function.run(x.reshape(rows, -1), 1).reshape(shape);
        });
    }

    /** {@code x} times input {@code index}, with the low-rank change that is trained for it. */
    static Tensor times(Tensor x, Inputs in, int index, boolean transposed) {
        Tensor matrix = in.get(index);
        Tensor plain = FusedKernels.product(in, x, transposed ? matrix.t() : matrix);
        LowRank change = in.change(index);
        return change == null ? plain : plain.add(added(x, change, transposed));
    }

    /** What a low-rank change adds to a product. Two thin products cost far less than a gradient for the whole matrix. */
    static Tensor added(Tensor x, LowRank change, boolean transposed) {
        Tensor first = transposed ? change.second().t() : change.first();
        Tensor second = transposed ? change.first().t() : change.second();
        return torch.matmul(torch.matmul(x, first).mul(new Scalar(change.scale())), second);
    }

    private static Kernel gemm(NodeAttributes a) {
        double alpha = a.number("alpha", 1f);
        double beta = a.number("beta", 1f);
        boolean transA = a.integer("transA", 0) == 1;
        boolean transB = a.integer("transB", 0) == 1;
        return one(in -> {
            Tensor added = in.optional(2);
            if (!transA && alpha == 1 && beta == 1 && added != null) {
                return FusedKernels.affine(in, added, transB);
            }
            Tensor x = transA ? in.get(0).t() : in.get(0);
            Tensor result = times(x, in, 1, transB);
            if (alpha != 1) {
                result = result.mul(new Scalar(alpha));
            }
            Tensor bias = in.optional(2);
            if (bias == null) {
                return result;
            }
            return result.add(beta == 1 ? bias : bias.mul(new Scalar(beta)));
        });
    }

    private static Kernel layerNorm(NodeProto node, NodeAttributes a) throws Unsupported {
        check(
                node.getOutputList().stream().skip(1).allMatch(String::isEmpty),
                "LayerNormalization whose mean or deviation is read");
        long axis = a.integer("axis", -1);
        double epsilon = a.number("epsilon", 1e-5f);
        return one(in -> {
            Tensor x = in.get(0);
            long[] shape = x.shape();
            int from = (int) (axis < 0 ? axis + shape.length : axis);
            return torch.layer_norm(
                    x,
                    Arrays.copyOfRange(shape, from, shape.length),
                    new TensorOptional(in.get(1)),
                    in.has(2) ? new TensorOptional(in.get(2)) : new TensorOptional(),
                    epsilon,
                    false);
        });
    }

    /** With the statistics of the file, as at inference: batches are too small here to measure better ones. */
    private static Kernel batchNorm(NodeProto node, NodeAttributes a) throws Unsupported {
        check(a.integer("training_mode", 0) == 0, "BatchNormalization in training mode");
        check(node.getOutputCount() == 1, "BatchNormalization with several outputs");
        double epsilon = a.number("epsilon", 1e-5f);
        return one(in -> torch.batch_norm(
                in.get(0),
                new TensorOptional(in.get(1)),
                new TensorOptional(in.get(2)),
                new TensorOptional(in.get(3)),
                new TensorOptional(in.get(4)),
                false,
                0,
                epsilon,
                false));
    }

    private static Kernel convolution(NodeAttributes a) throws Unsupported {
        String padding = a.text("auto_pad", "NOTSET");
        check(padding.equals("NOTSET") || padding.equals("VALID"), "Conv with auto_pad " + padding);
        long groups = a.integer("group", 1);
        return one(in -> {
            Tensor x = in.get(0);
            int spatial = (int) x.dim() - 2;
            long[] strides = a.integers("strides", repeated(spatial, 1));
            long[] dilations = a.integers("dilations", repeated(spatial, 1));
            long[] pads = a.integers("pads", repeated(2 * spatial, 0));
            return torch.convolution(
                    padded(x, pads, 0),
                    in.get(1),
                    in.has(2) ? new TensorOptional(in.get(2)) : new TensorOptional(),
                    strides,
                    repeated(spatial, 0),
                    dilations,
                    false,
                    repeated(spatial, 0),
                    groups);
        });
    }

    private static long[] repeated(int count, long value) {
        long[] values = new long[count];
        Arrays.fill(values, value);
        return values;
    }

    /** Pads the last dimensions; {@code pads} are all begins, then all ends, as ONNX has them. */
    static Tensor padded(Tensor x, long[] pads, double value) {
        if (Arrays.stream(pads).allMatch(pad -> pad == 0)) {
            return x;
        }
        int axes = pads.length / 2;
        long[] reversed = new long[pads.length];
        for (int i = 0; i < axes; i++) {
            reversed[2 * i] = pads[axes - 1 - i];
            reversed[2 * i + 1] = pads[2 * axes - 1 - i];
        }
        return torch.constant_pad_nd(x, reversed, new Scalar(value));
    }

    private static Kernel pool(NodeProto node, NodeAttributes a) throws Unsupported {
        boolean max = node.getOpType().equals("MaxPool");
        long[] kernel = a.integers("kernel_shape", 0);
        check(kernel.length == 2, node.getOpType() + " that is not over two dimensions");
        check(node.getOutputCount() == 1, "MaxPool whose indices are read");
        check(a.text("auto_pad", "NOTSET").equals("NOTSET"), node.getOpType() + " with auto_pad");
        check(a.integer("ceil_mode", 0) == 0, node.getOpType() + " with ceil_mode");
        long[] strides = a.integers("strides", 1, 1);
        long[] pads = a.integers("pads", 0, 0, 0, 0);
        long[] dilations = a.integers("dilations", 1, 1);
        check(pads[0] == pads[2] && pads[1] == pads[3], node.getOpType() + " with uneven padding");
        long[] even = {pads[0], pads[1]};
        if (max) {
            return unary(x -> torch.max_pool2d(x, kernel, strides, even, dilations, false));
        }
        boolean counted = a.integer("count_include_pad", 0) == 1;
        return unary(x -> torch.avg_pool2d(x, kernel, strides, even, false, counted, new LongOptional()));
    }

    private static Tensor spatialMean(Tensor x) {
        long[] axes = new long[(int) x.dim() - 2];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i + 2L;
        }
        return x.mean(axes, true, Torch.none());
    }

    /** The value of a Constant node. */
    static Tensor constant(NodeAttributes a, OnnxSource source) {
        TensorProto tensor = a.tensor("value");
        if (tensor != null) {
            return Torch.tensor(source, tensor);
        }
        AttributeProto number = a.raw("value_float");
        if (number != null) {
            return Tensor.create(new float[] {number.getF()}, new long[0]);
        }
        AttributeProto whole = a.raw("value_int");
        if (whole != null) {
            return Tensor.create(new long[] {whole.getI()}, new long[0]);
        }
        AttributeProto wholes = a.raw("value_ints");
        if (wholes != null) {
            return Torch.longs(wholes.getIntsList());
        }
        AttributeProto numbers = a.raw("value_floats");
        if (numbers != null) {
            float[] values = new float[numbers.getFloatsCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = numbers.getFloats(i);
            }
            return Tensor.create(values, values.length);
        }
        throw new IllegalArgumentException("a constant without a value");
    }

    static BoolOptional no() {
        return new BoolOptional(false);
    }
}
