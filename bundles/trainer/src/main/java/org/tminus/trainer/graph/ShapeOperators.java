/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.tminus.trainer.graph.Operators.check;
import static org.tminus.trainer.graph.Operators.one;
import static org.tminus.trainer.graph.Operators.unary;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.graph.Operators.Unsupported;
import org.tminus.trainer.graph.TorchGraph.Kernel;

/** Operators that make, cut and rearrange tensors, shape arithmetic among them. */
final class ShapeOperators {
    private ShapeOperators() {}

    static @Nullable Kernel kernel(NodeProto node, NodeAttributes a, OnnxSource source) throws Unsupported {
        long opset = source.opset("");
        return switch (node.getOpType()) {
            case "Constant" -> {
                check(
                        !a.has("sparse_value") && !a.has("value_string") && !a.has("value_strings"),
                        "Constant that is sparse or text");
                TensorProto value = a.tensor("value");
                check(value == null || Torch.isKnown(value.getDataType()), "Constant of an unusual type");
                yield one(in -> Operators.constant(a, source));
            }
            case "ConstantOfShape" -> constantOfShape(a, source);
            case "Shape" -> one(in -> shape(in.get(0), a));
            case "Size" -> one(in -> Tensor.create(new long[] {in.get(0).numel()}, new long[0]));
            case "Cast" -> {
                int to = (int) a.integer("to", 1);
                check(Torch.isKnown(to), "Cast to type " + to);
                ScalarType type = Torch.known(to);
                yield unary(x -> x.toType(type));
            }
            case "CastLike" -> one(in -> in.get(0).toType(in.get(1).scalar_type()));
            case "Gather" -> {
                long axis = a.integer("axis", 0);
                yield one(in -> gather(in.get(0), in.get(1), axis));
            }
            case "GatherElements" -> {
                long axis = a.integer("axis", 0);
                yield one(in -> in.get(0)
                        .gather(axis, positive(in.get(1), in.get(0).size(axis)).toType(ScalarType.Long)));
            }
            case "Unsqueeze" -> one(in -> unsqueeze(in.get(0), axes(a, in)));
            case "Squeeze" -> one(in -> squeeze(in.get(0), a, in));
            case "Concat" -> {
                long axis = a.integer("axis", 1);
                yield one(in -> torch.cat(new TensorVector(in.all().toArray(Tensor[]::new)), axis));
            }
            case "Reshape" -> {
                boolean zeros = a.integer("allowzero", 0) == 1;
                yield one(in -> reshape(in.get(0), in.longs(1), zeros));
            }
            case "Flatten" -> {
                long axis = a.integer("axis", 1);
                yield unary(x -> flatten(x, axis));
            }
            case "Expand" -> one(in -> expand(in.get(0), in.longs(1)));
            case "Tile" -> one(in -> in.get(0).repeat(in.longs(1)));
            case "Transpose" -> {
                long @Nullable [] order = a.integers("perm");
                yield unary(x -> x.permute(order == null ? reversed((int) x.dim()) : order));
            }
            case "Slice" -> one(in -> opset < 10 ? oldSlice(in.get(0), a) : slice(in));
            case "Split" -> split(node, a);
            case "Range" ->
                one(in -> torch.arange(
                                new Scalar(number(in.get(0))),
                                new Scalar(number(in.get(1))),
                                new Scalar(number(in.get(2))))
                        .toType(in.get(0).scalar_type()));
            case "Trilu" -> {
                boolean upper = a.integer("upper", 1) == 1;
                yield one(in -> {
                    long diagonal = in.has(1) ? in.longs(1)[0] : 0;
                    return upper ? in.get(0).triu(diagonal) : in.get(0).tril(diagonal);
                });
            }
            case "CumSum" -> {
                check(
                        a.integer("exclusive", 0) == 0 && a.integer("reverse", 0) == 0,
                        "CumSum that is exclusive or reversed");
                yield one(
                        in -> in.get(0).cumsum(in.longs(1)[0]).toType(in.get(0).scalar_type()));
            }
            case "Pad" -> {
                String mode = a.text("mode", "constant");
                check(mode.equals("constant"), "Pad of mode " + mode);
                yield one(in -> {
                    check3(in);
                    long[] pads = in.has(1) ? in.longs(1) : a.integers("pads", 0);
                    return Operators.padded(in.get(0), pads, in.has(2) ? number(in.get(2)) : a.number("value", 0));
                });
            }
            case "ArgMax" -> {
                long axis = a.integer("axis", 0);
                boolean keep = a.integer("keepdims", 1) == 1;
                check(a.integer("select_last_index", 0) == 0, "ArgMax of the last index");
                yield unary(x -> x.argmax(new LongOptional(axis), keep));
            }
            case "NonZero" -> unary(x -> torch.nonzero(x).t());
            default -> null;
        };
    }

    private static void check3(Inputs in) {
        if (in.has(3)) {
            throw new IllegalArgumentException("Pad with axes is not supported");
        }
    }

    private static double number(Tensor tensor) {
        return tensor.toType(ScalarType.Double).item_double();
    }

    private static Kernel constantOfShape(NodeAttributes a, OnnxSource source) throws Unsupported {
        TensorProto value = a.tensor("value");
        check(value == null || Torch.isKnown(value.getDataType()), "ConstantOfShape of an unusual type");
        return one(in -> {
            Tensor element = value == null
                    ? Tensor.create(new float[] {0}, 1)
                    : Torch.tensor(source, value).reshape(1);
            long[] shape = in.longs(0);
            return element.expand(shape).contiguous();
        });
    }

    private static Tensor shape(Tensor tensor, NodeAttributes a) {
        long[] shape = tensor.shape();
        int from = clamp(a.integer("start", 0), shape.length);
        int to = clamp(a.integer("end", shape.length), shape.length);
        long[] part = from < to ? Arrays.copyOfRange(shape, from, to) : new long[0];
        return Tensor.create(part, part.length);
    }

    private static int clamp(long index, int size) {
        return (int) Math.max(0, Math.min(size, index < 0 ? index + size : index));
    }

    /** Negative indices count from the end. */
    private static Tensor positive(Tensor indices, long size) {
        return torch.where(
                torch.lt(indices, new Scalar(0)),
                indices.add(new Scalar((double) size)).toType(indices.scalar_type()),
                indices);
    }

    private static Tensor gather(Tensor data, Tensor indices, long axis) {
        long real = axis < 0 ? axis + data.dim() : axis;
        if (indices.numel() == 1) {
            long index = Inputs.longs(indices)[0];
            long place = index < 0 ? index + data.size(real) : index;
            return indices.dim() == 0
                    ? data.select(real, place)
                    : reshaped(data.narrow(real, place, 1), data, indices, real);
        }
        Tensor flat = positive(indices, data.size(real)).reshape(-1);
        return reshaped(data.index_select(real, flat), data, indices, real);
    }

    private static Tensor reshaped(Tensor picked, Tensor data, Tensor indices, long axis) {
        if (indices.dim() == 1) {
            return picked;
        }
        List<Long> shape = new ArrayList<>();
        long[] from = data.shape();
        for (int i = 0; i < axis; i++) {
            shape.add(from[i]);
        }
        for (long size : indices.shape()) {
            shape.add(size);
        }
        for (int i = (int) axis + 1; i < from.length; i++) {
            shape.add(from[i]);
        }
        return picked.reshape(shape.stream().mapToLong(Long::longValue).toArray());
    }

    /** Given as an attribute until opset 12, as an input since. */
    private static long[] axes(NodeAttributes a, Inputs in) {
        return in.has(1) ? in.longs(1) : a.integers("axes", new long[0]);
    }

    private static Tensor unsqueeze(Tensor x, long[] axes) {
        long rank = x.dim() + axes.length;
        long[] sorted = Arrays.stream(axes)
                .map(axis -> axis < 0 ? axis + rank : axis)
                .sorted()
                .toArray();
        Tensor result = x;
        for (long axis : sorted) {
            result = result.unsqueeze(axis);
        }
        return result;
    }

    private static Tensor squeeze(Tensor x, NodeAttributes a, Inputs in) {
        long[] axes = axes(a, in);
        return axes.length == 0 ? x.squeeze() : x.squeeze(axes);
    }

    private static Tensor reshape(Tensor x, long[] shape, boolean zeros) {
        long[] target = shape.clone();
        if (!zeros) {
            for (int i = 0; i < target.length; i++) {
                target[i] = target[i] == 0 ? x.size(i) : target[i];
            }
        }
        return x.reshape(target);
    }

    private static Tensor flatten(Tensor x, long axis) {
        long real = axis < 0 ? axis + x.dim() : axis;
        long rows = 1;
        for (int i = 0; i < real; i++) {
            rows *= x.size(i);
        }
        return x.reshape(rows, rows == 0 ? 0 : x.numel() / rows);
    }

    /** Both sides may have dimensions of size 1 that the other stretches. */
    private static Tensor expand(Tensor x, long[] shape) {
        long[] own = x.shape();
        int rank = Math.max(own.length, shape.length);
        long[] target = new long[rank];
        for (int i = 0; i < rank; i++) {
            int mine = i - (rank - own.length);
            int theirs = i - (rank - shape.length);
            long size = theirs < 0 ? 1 : shape[theirs];
            target[i] = size == 1 && mine >= 0 ? own[mine] : size;
        }
        return x.expand(target);
    }

    private static long[] reversed(int rank) {
        long[] order = new long[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = rank - 1L - i;
        }
        return order;
    }

    private static Tensor oldSlice(Tensor x, NodeAttributes a) {
        long[] starts = a.integers("starts", new long[0]);
        long[] ends = a.integers("ends", new long[0]);
        return slice(x, starts, ends, a.integers("axes"), null);
    }

    private static Tensor slice(Inputs in) {
        return slice(
                in.get(0), in.longs(1), in.longs(2), in.has(3) ? in.longs(3) : null, in.has(4) ? in.longs(4) : null);
    }

    private static Tensor slice(Tensor x, long[] starts, long[] ends, long @Nullable [] axes, long @Nullable [] steps) {
        Tensor result = x;
        for (int i = 0; i < starts.length; i++) {
            long axis = axes == null ? i : axes[i];
            long step = steps == null ? 1 : steps[i];
            if (step > 0) {
                result = result.slice(axis, new LongOptional(starts[i]), new LongOptional(ends[i]), step);
            } else {
                result = result.index_select(
                        axis, Tensor.create(backwards(result.size(axis), starts[i], ends[i], step)));
            }
        }
        return result;
    }

    private static long[] backwards(long size, long start, long end, long step) {
        long from = Math.min(size - 1, start < 0 ? start + size : start);
        // An end far below zero stands for «through to the first»; it must not wrap around.
        long to = end < -size ? -1 : Math.max(-1, end < 0 ? end + size : end);
        List<Long> indices = new ArrayList<>();
        for (long i = from; i > to; i += step) {
            indices.add(i);
        }
        return indices.stream().mapToLong(Long::longValue).toArray();
    }

    private static Kernel split(NodeProto node, NodeAttributes a) {
        long axis = a.integer("axis", 0);
        int parts = node.getOutputCount();
        return in -> {
            Tensor x = in.get(0);
            long[] sizes = in.has(1) ? in.longs(1) : a.integers("split", evenly(x.size(axis), parts));
            TensorVector pieces = x.split_with_sizes(sizes, axis);
            Tensor[] results = new Tensor[parts];
            for (int i = 0; i < parts; i++) {
                // A handle of its own: the other one ends with the vector.
                results[i] = new Tensor(pieces.get(i));
            }
            return results;
        };
    }

    /** All of the same size, but perhaps a smaller last one. */
    private static long[] evenly(long size, int parts) {
        long each = (size + parts - 1) / parts;
        long[] sizes = new long[parts];
        Arrays.fill(sizes, each);
        sizes[parts - 1] = size - each * (parts - 1);
        return sizes;
    }
}
