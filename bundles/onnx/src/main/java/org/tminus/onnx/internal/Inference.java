/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.OnnxFormatException;

/**
 * Types, dimensions and foldable elements of all values for one choice of batch and sequence length.
 *
 * <p>Sizes are concrete, not symbolic: shape arithmetic of any form then folds to plain numbers, and how a size depends on batch and length is
 * found afterwards from several choices, exactly, because it is a polynomial of low degree.
 */
public final class Inference {
    private static final long LARGEST = 1L << 40;
    private static final int DEEPEST = 64;
    private static final int UINT8 = 2;

    /** Elements folded in all; bounds memory and time for graphs that are made to fold much. */
    private static final long FOLD_BUDGET = 1L << 22;

    private static final Set<String> SAME_TYPE =
            Set.of("Add", "Sub", "Mul", "Div", "MatMul", "Equal", "Less", "Greater", "Where", "Min", "Max", "Concat");

    private final Graph graph;
    private final Fact[] facts;
    private final List<String> conflicts = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private long foldable = FOLD_BUDGET;

    /**
     * Runs inference.
     *
     * @throws OnnxFormatException if operand types contradict each other, or external data that is needed cannot be read
     */
    public Inference(Graph graph, Sizes sizes, long batch, long length) throws OnnxFormatException {
        this.graph = graph;
        facts = new Fact[graph.valueCount()];
        Arrays.fill(facts, Fact.UNKNOWN);
        for (ValueInfoProto input : graph.inputs()) {
            facts[graph.id(input.getName())] =
                    Fact.of(input.getType().getTensorType().getElemType(), sizes.of(input, batch, length));
        }
        for (TensorProto tensor : graph.model().getGraph().getInitializerList()) {
            facts[graph.id(tensor.getName())] = fact(tensor, tensor.getName());
        }
        for (SparseTensorProto tensor : graph.model().getGraph().getSparseInitializerList()) {
            facts[graph.id(tensor.getValues().getName())] = fact(tensor);
        }
        for (Node node : graph.nodes()) {
            infer(node);
        }
    }

    /** What is known of a value. */
    Fact fact(int value) {
        return facts[value];
    }

    Graph graph() {
        return graph;
    }

    /** Where operands do not fit each other, in sentences. */
    List<String> conflicts() {
        return conflicts;
    }

    /** Operators whose result has unknown dimensions although those of their operands are known. */
    List<String> unknown() {
        return unknown;
    }

    Fact input(Node node, int index) {
        int[] inputs = node.inputs();
        if (index >= inputs.length || inputs[index] < 0) {
            return Fact.UNKNOWN;
        }
        Fact fact = facts[inputs[index]];
        return foldable == 0 && fact.data() != null ? Fact.of(fact.type(), fact.dims()) : fact;
    }

    boolean hasInput(Node node, int index) {
        return index < node.inputs().length && node.inputs()[index] >= 0;
    }

    private Fact fact(TensorProto tensor, String where) throws OnnxFormatException {
        long[] dims = new long[tensor.getDimsCount()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = tensor.getDims(i);
        }
        Data data = foldable > 0 ? graph.tensors().read(tensor, "the tensor '" + Names.shown(where) + "'") : null;
        return new Fact(tensor.getDataType(), dims, admitted(data));
    }

    private static Fact fact(SparseTensorProto tensor) {
        long[] dims = new long[tensor.getDimsCount()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = tensor.getDims(i);
        }
        return Fact.of(tensor.getValues().getDataType(), dims);
    }

    private void infer(Node node) throws OnnxFormatException {
        checkTypes(node);
        Fact[] results = new Fact[node.outputs().length];
        Arrays.fill(results, Fact.UNKNOWN);
        try {
            apply(node, results);
        } catch (ShapeConflict e) {
            conflicts.add(node.label() + ": " + e.getMessage());
            for (int i = 0; i < results.length; i++) {
                results[i] = Fact.typed(
                        results[i].type() == Types.UNKNOWN ? input(node, 0).type() : results[i].type());
            }
        }
        boolean open = false;
        for (int i = 0; i < results.length; i++) {
            int value = node.outputs()[i];
            if (value >= 0) {
                facts[value] = completed(results[i], value);
                open |= facts[value].dims() == null && (i == 0);
            }
        }
        if (open && allKnown(node)) {
            unknown.add(node.label());
        }
    }

    private boolean allKnown(Node node) {
        for (int value : node.reads()) {
            if (facts[value].dims() == null) {
                return false;
            }
        }
        return true;
    }

    /** Uses what the file declares where the rules know nothing, and drops absurd sizes. */
    private Fact completed(Fact fact, int value) {
        long[] dims = fact.dims();
        if (dims != null && dims.length > DEEPEST) {
            dims = null;
        }
        if (dims != null) {
            for (long dim : dims) {
                if (dim < 0 || dim > LARGEST) {
                    dims = null;
                    break;
                }
            }
        }
        int type = fact.type();
        ValueInfoProto declared = graph.declared(graph.name(value));
        if (declared != null && declared.getType().hasTensorType()) {
            if (type == Types.UNKNOWN) {
                type = declared.getType().getTensorType().getElemType();
            }
            if (dims == null && declared.getType().getTensorType().hasShape()) {
                long[] fixed = declared.getType().getTensorType().getShape().getDimList().stream()
                        .mapToLong(dim -> dim.getDimValue() > 0 ? dim.getDimValue() : -1)
                        .toArray();
                dims = Arrays.stream(fixed).allMatch(dim -> dim > 0) ? fixed : null;
            }
        }
        return new Fact(type, dims, dims == null ? null : admitted(fact.data()));
    }

    private boolean folds(long elements) {
        return elements <= Math.min(foldable, Data.MAX_ELEMENTS);
    }

    private @Nullable Data admitted(@Nullable Data data) {
        if (data == null) {
            return null;
        }
        if (data.size() > foldable) {
            foldable = 0;
            return null;
        }
        foldable -= data.size();
        return data;
    }

    private void checkTypes(Node node) throws OnnxFormatException {
        if (!node.isStandard() || !SAME_TYPE.contains(node.op())) {
            return;
        }
        int expected = Types.UNKNOWN;
        for (int i = node.is("Where") ? 1 : 0; i < node.inputs().length; i++) {
            int type = input(node, i).type();
            if (type != Types.UNKNOWN && expected != Types.UNKNOWN && type != expected) {
                throw new OnnxFormatException(
                        "In " + node.label() + " the types " + Types.name(expected) + " and " + Types.name(type)
                                + " are combined, which the format forbids.",
                        "Export the model again; a cast is missing.");
            }
            expected = type == Types.UNKNOWN ? expected : type;
        }
    }

    private void apply(Node node, Fact[] out) throws ShapeConflict, OnnxFormatException {
        String op = node.op();
        boolean microsoft = node.proto().getDomain().equals("com.microsoft");
        if (out.length == 0) {
            return;
        }
        if (!node.isStandard() && !microsoft) {
            return;
        }
        Attributes attributes = new Attributes(node.proto());
        Fact x = input(node, 0);
        if (microsoft && MicrosoftRules.apply(this, node, attributes, out)) {
            return;
        }
        if (Rules.isLikeFirst(op)) {
            likeFirst(node, attributes, x, out);
            return;
        }
        if (Rules.isBroadcast(op)) {
            broadcast(node, out);
            return;
        }
        if (Rules.isReduction(op)) {
            reduce(node, attributes, x, out);
            return;
        }
        switch (op) {
            case "Constant" -> constant(node, attributes, out);
            case "Shape" -> shape(attributes, x, out);
            case "Size" ->
                out[0] = x.dims() == null
                        ? Fact.of(Types.INT64, new long[0])
                        : new Fact(Types.INT64, new long[0], Data.of(x.elements()));
            case "CastLike" -> out[0] = cast(x, input(node, 1).type());
            case "IsNaN", "IsInf" -> out[0] = Fact.of(Types.BOOL, x.dims());
            case "MatMul" ->
                out[0] = Fact.of(x.type(), Rules.matMul(x.dims(), input(node, 1).dims()));
            case "MatMulInteger" ->
                out[0] = Fact.of(
                        Types.INT32, Rules.matMul(x.dims(), input(node, 1).dims()));
            case "QLinearMatMul" ->
                out[0] = Fact.of(
                        input(node, 7).type(),
                        Rules.matMul(x.dims(), input(node, 3).dims()));
            case "Gemm" -> out[0] = gemm(attributes, x, input(node, 1));
            case "QuantizeLinear" ->
                out[0] = Fact.of(hasInput(node, 2) ? input(node, 2).type() : resultType(attributes, UINT8), x.dims());
            case "DequantizeLinear" ->
                out[0] = Fact.of(resultType(attributes, input(node, 1).type()), x.dims());
            case "DynamicQuantizeLinear" -> {
                out[0] = Fact.of(UINT8, x.dims());
                fill(out, 1, Fact.of(Types.FLOAT, new long[0]));
                fill(out, 2, Fact.of(UINT8, new long[0]));
            }
            case "Conv" -> out[0] = conv(attributes, x, input(node, 1), x.type());
            case "ConvInteger" -> out[0] = conv(attributes, x, input(node, 1), Types.INT32);
            case "QLinearConv" ->
                out[0] = conv(attributes, x, input(node, 3), input(node, 7).type());
            case "MaxPool", "AveragePool", "LpPool" -> {
                long[] kernel = attributes.integers("kernel_shape");
                long[] dims = x.dims();
                if (dims != null && kernel != null && dims.length > 2) {
                    out[0] = Fact.of(x.type(), Rules.window(dims, kernel, attributes, dims[1]));
                    fill(out, 1, Fact.of(Types.INT64, out[0].dims()));
                } else {
                    out[0] = Fact.typed(x.type());
                }
            }
            case "GlobalAveragePool", "GlobalMaxPool" -> {
                long[] dims = x.dims();
                if (dims != null) {
                    long[] pooled = dims.clone();
                    Arrays.fill(pooled, Math.min(2, pooled.length), pooled.length, 1);
                    dims = pooled;
                }
                out[0] = Fact.of(x.type(), dims);
            }
            case "Attention" -> out[0] = standardAttention(node, attributes, x);
            case "Einsum" -> out[0] = einsum(node, attributes);
            case "Reshape" -> out[0] = reshape(attributes, x, input(node, 1));
            case "Flatten" -> out[0] = flatten(attributes, x);
            case "Squeeze" -> out[0] = squeeze(node, attributes, x);
            case "Unsqueeze" -> out[0] = unsqueeze(node, attributes, x);
            case "Transpose" -> out[0] = transpose(attributes, x);
            case "Concat" -> out[0] = concat(node, attributes);
            case "Split" -> split(node, attributes, x, out);
            case "Slice" -> out[0] = slice(node, attributes, x);
            case "Gather" -> out[0] = gather(attributes, x, input(node, 1));
            case "GatherElements" -> out[0] = Fact.of(x.type(), input(node, 1).dims());
            case "GatherND" -> out[0] = gatherNd(attributes, x, input(node, 1));
            case "Expand" -> out[0] = expand(x, input(node, 1));
            case "Tile" -> out[0] = tile(x, input(node, 1));
            case "Pad" -> out[0] = pad(node, attributes, x);
            case "ConstantOfShape" -> out[0] = constantOfShape(attributes, x);
            case "Range" -> out[0] = range(node, x);
            case "ArgMax", "ArgMin" -> {
                long[] dims = x.dims();
                out[0] = Fact.of(
                        Types.INT64,
                        dims == null
                                ? null
                                : Rules.reduce(
                                        dims,
                                        new int[] {Rules.axis(attributes.integer("axis", 0), dims.length)},
                                        attributes.integer("keepdims", 1) != 0));
            }
            case "TopK" -> {
                Data k = input(node, 1).data();
                long[] dims = x.dims();
                if (dims != null && k != null && k.size() == 1) {
                    dims = dims.clone();
                    dims[Rules.axis(attributes.integer("axis", -1), dims.length)] = k.longAt(0);
                } else {
                    dims = null;
                }
                out[0] = Fact.of(x.type(), dims);
                fill(out, 1, Fact.of(Types.INT64, dims));
            }
            case "OneHot" -> {
                Data depth = input(node, 1).data();
                long[] dims = x.dims();
                long[] wider = null;
                if (dims != null && depth != null && depth.size() == 1) {
                    int axis = Rules.axis(attributes.integer("axis", -1), dims.length + 1);
                    wider = Rules.withOnes(dims, new int[] {axis});
                    wider[axis] = depth.longAt(0);
                }
                out[0] = Fact.of(input(node, 2).type(), wider);
            }
            case "NonZero" -> out[0] = nonZero(x);
            case "EyeLike" -> out[0] = Fact.of((int) attributes.integer("dtype", x.type()), x.dims());
            case "RandomNormal", "RandomUniform" ->
                out[0] = Fact.of((int) attributes.integer("dtype", Types.FLOAT), attributes.integers("shape"));
            case "If" -> bodyTypes(attributes, "then_branch", 0, out);
            case "Loop" -> bodyTypes(attributes, "body", 1, out);
            case "Scan" -> bodyTypes(attributes, "body", 0, out);
            default -> out[0] = Fact.typed(Types.UNKNOWN);
        }
    }

    private static int resultType(Attributes attributes, int otherwise) {
        int asked = (int) attributes.integer("output_dtype", Types.UNKNOWN);
        return asked == Types.UNKNOWN ? otherwise : asked;
    }

    static void fill(Fact[] out, int index, Fact fact) {
        if (index < out.length) {
            out[index] = fact;
        }
    }

    private void likeFirst(Node node, Attributes attributes, Fact x, Fact[] out) throws ShapeConflict {
        String op = node.op();
        if (op.equals("Cast")) {
            out[0] = cast(x, (int) attributes.integer("to", Types.UNKNOWN));
            return;
        }
        int type = Rules.isBoolean(op) ? Types.BOOL : x.type();
        if (op.startsWith("Random")) {
            type = (int) attributes.integer("dtype", type);
        }
        out[0] = new Fact(type, x.dims(), x.dims() == null ? null : Folding.unary(op, type, x.data()));
        long[] dims = x.dims();
        if (dims == null || out.length == 1) {
            return;
        }
        switch (op) {
            case "Dropout" -> fill(out, 1, Fact.of(Types.BOOL, dims));
            case "LayerNormalization", "SimplifiedLayerNormalization" -> {
                long[] stats = dims.clone();
                Arrays.fill(
                        stats, Rules.axis(attributes.integer("axis", -1), Math.max(1, dims.length)), stats.length, 1);
                fill(out, 1, Fact.of(Types.FLOAT, stats));
                fill(out, 2, Fact.of(Types.FLOAT, stats));
            }
            default -> {
                // The other results are those of training.
            }
        }
    }

    private static Fact cast(Fact x, int type) {
        return new Fact(type, x.dims(), x.dims() == null ? null : Folding.unary("Cast", type, x.data()));
    }

    private void broadcast(Node node, Fact[] out) throws ShapeConflict {
        String op = node.op();
        int count = node.inputs().length;
        boolean where = op.equals("Where");
        int type = Rules.isBoolean(op) ? Types.BOOL : input(node, where ? 1 : 0).type();
        if (type == Types.UNKNOWN && count > 1) {
            type = input(node, where ? 2 : 1).type();
        }
        out[0] = Fact.typed(type);
        long[] dims = count == 0 ? null : input(node, 0).dims();
        for (int i = 1; i < count; i++) {
            dims = Rules.broadcast(dims, input(node, i).dims());
        }
        Data data = null;
        if (dims != null && where && count == 3) {
            data = Folding.where(input(node, 0), input(node, 1), input(node, 2), dims);
        } else if (dims != null && count == 2) {
            data = Folding.binary(op, type, input(node, 0), input(node, 1), dims);
        }
        out[0] = new Fact(type, dims, data);
    }

    private long @Nullable [] axes(Node node, Attributes attributes, int index) {
        long[] axes = attributes.integers("axes");
        if (axes != null) {
            return axes;
        }
        Data data = input(node, index).data();
        return data == null ? null : data.toLongs();
    }

    private void reduce(Node node, Attributes attributes, Fact x, Fact[] out) throws ShapeConflict {
        out[0] = Fact.typed(x.type());
        long[] dims = x.dims();
        if (dims == null) {
            return;
        }
        long[] axes = axes(node, attributes, 1);
        if (axes == null && hasInput(node, 1)) {
            return;
        }
        int[] over;
        if (axes == null || axes.length == 0) {
            if (attributes.integer("noop_with_empty_axes", 0) != 0) {
                out[0] = x;
                return;
            }
            over = new int[dims.length];
            for (int i = 0; i < over.length; i++) {
                over[i] = i;
            }
        } else {
            over = Rules.axes(axes, dims.length);
        }
        long[] reduced = Rules.reduce(dims, over, attributes.integer("keepdims", 1) != 0);
        Data data = null;
        Data from = x.data();
        if (from != null && from.isWhole() && over.length == dims.length && from.size() > 0) {
            long result = from.longAt(0);
            for (int i = 1; i < from.size(); i++) {
                long next = from.longAt(i);
                result = switch (node.op()) {
                    case "ReduceProd" -> result * next;
                    case "ReduceMax" -> Math.max(result, next);
                    case "ReduceMin" -> Math.min(result, next);
                    default -> result + next;
                };
            }
            data = switch (node.op()) {
                case "ReduceProd", "ReduceMax", "ReduceMin", "ReduceSum" -> Data.of(result);
                default -> null;
            };
        }
        out[0] = new Fact(x.type(), reduced, data);
    }

    private void constant(Node node, Attributes attributes, Fact[] out) throws OnnxFormatException {
        AttributeProto value = attributes.get("value");
        if (value != null && value.hasT()) {
            out[0] = fact(value.getT(), node.proto().getName());
            return;
        }
        AttributeProto sparse = attributes.get("sparse_value");
        if (sparse != null && sparse.hasSparseTensor()) {
            out[0] = fact(sparse.getSparseTensor());
            return;
        }
        long[] ints = attributes.integers("value_ints");
        if (ints != null) {
            out[0] = new Fact(Types.INT64, new long[] {ints.length}, folds(ints.length) ? Data.of(ints) : null);
        } else if (attributes.has("value_int")) {
            out[0] = new Fact(Types.INT64, new long[0], Data.of(attributes.integer("value_int", 0)));
        } else if (attributes.has("value_float")) {
            out[0] = new Fact(Types.FLOAT, new long[0], Data.ofDoubles(attributes.real("value_float", 0)));
        } else {
            AttributeProto floats = attributes.get("value_floats");
            if (floats != null) {
                out[0] = Fact.of(Types.FLOAT, new long[] {floats.getFloatsCount()});
            } else {
                AttributeProto strings = attributes.get("value_strings");
                out[0] = Fact.of(Types.STRING, strings == null ? new long[0] : new long[] {strings.getStringsCount()});
            }
        }
    }

    private static void shape(Attributes attributes, Fact x, Fact[] out) {
        long[] dims = x.dims();
        if (dims == null) {
            out[0] = Fact.typed(Types.INT64);
            return;
        }
        long start = attributes.integer("start", 0);
        long end = attributes.integer("end", dims.length);
        int from = (int) Math.max(0, Math.min(dims.length, start < 0 ? start + dims.length : start));
        int to = (int) Math.max(from, Math.min(dims.length, end < 0 ? end + dims.length : end));
        long[] part = Arrays.copyOfRange(dims, from, to);
        out[0] = new Fact(Types.INT64, new long[] {part.length}, Data.of(part));
    }

    static Fact gemm(Attributes attributes, Fact a, Fact b) throws ShapeConflict {
        long[] x = a.dims();
        long[] y = b.dims();
        if (x == null || y == null) {
            return Fact.typed(a.type());
        }
        if (x.length != 2 || y.length != 2) {
            throw new ShapeConflict("a Gemm of " + Arrays.toString(x) + " and " + Arrays.toString(y));
        }
        boolean transA = attributes.integer("transA", 0) != 0;
        boolean transB = attributes.integer("transB", 0) != 0;
        if ((transA ? x[0] : x[1]) != (transB ? y[1] : y[0])) {
            throw new ShapeConflict("a Gemm of " + Arrays.toString(x) + " and " + Arrays.toString(y));
        }
        return Fact.of(a.type(), new long[] {transA ? x[1] : x[0], transB ? y[0] : y[1]});
    }

    private static Fact conv(Attributes attributes, Fact x, Fact w, int type) throws ShapeConflict {
        long[] dims = x.dims();
        long[] kernel = w.dims();
        if (dims == null || kernel == null) {
            return Fact.typed(type);
        }
        if (dims.length < 3 || kernel.length != dims.length) {
            throw new ShapeConflict("a convolution of " + Arrays.toString(dims) + " with " + Arrays.toString(kernel));
        }
        long group = Math.max(1, attributes.integer("group", 1));
        if (dims[1] != kernel[1] * group) {
            throw new ShapeConflict("a convolution of " + Arrays.toString(dims) + " with " + Arrays.toString(kernel));
        }
        return Fact.of(type, Rules.window(dims, Arrays.copyOfRange(kernel, 2, kernel.length), attributes, kernel[0]));
    }

    private Fact standardAttention(Node node, Attributes attributes, Fact q) {
        long[] query = q.dims();
        long[] value = input(node, 2).dims();
        if (query == null || value == null || query.length != value.length) {
            return Fact.typed(q.type());
        }
        long[] dims = query.clone();
        if (query.length == 4) {
            dims[3] = value[3];
        } else if (query.length == 3) {
            long qHeads = Math.max(1, attributes.integer("q_num_heads", 1));
            long kvHeads = Math.max(1, attributes.integer("kv_num_heads", qHeads));
            dims[2] = value[2] / kvHeads * qHeads;
        }
        return Fact.of(q.type(), dims);
    }

    private Fact einsum(Node node, Attributes attributes) throws ShapeConflict {
        int type = input(node, 0).type();
        String equation = attributes.string("equation", "").replace(" ", "");
        int arrow = equation.indexOf("->");
        if (arrow < 0 || equation.contains(".") || equation.length() > 200) {
            return Fact.typed(type);
        }
        String[] terms = equation.substring(0, arrow).split(",", -1);
        long[] sizes = new long[128];
        for (int t = 0; t < terms.length; t++) {
            long[] dims = input(node, t).dims();
            if (dims == null || dims.length != terms[t].length()) {
                return Fact.typed(type);
            }
            for (int i = 0; i < dims.length; i++) {
                char c = terms[t].charAt(i);
                if (c >= 128) {
                    return Fact.typed(type);
                }
                if (sizes[c] > 1 && dims[i] > 1 && sizes[c] != dims[i]) {
                    throw new ShapeConflict("the letter " + c + " of '" + Names.shown(equation) + "' has two sizes");
                }
                sizes[c] = Math.max(sizes[c], dims[i]);
            }
        }
        String result = equation.substring(arrow + 2);
        long[] dims = new long[result.length()];
        for (int i = 0; i < dims.length; i++) {
            char c = result.charAt(i);
            if (c >= 128 || sizes[c] == 0) {
                return Fact.typed(type);
            }
            dims[i] = sizes[c];
        }
        return Fact.of(type, dims);
    }

    private static Fact reshape(Attributes attributes, Fact x, Fact target) throws ShapeConflict {
        long[] dims = x.dims();
        Data data = target.data();
        long[] to = data == null ? attributes.integers("shape") : data.toLongs();
        if (dims == null || to == null) {
            if (to != null && Arrays.stream(to).allMatch(dim -> dim > 0)) {
                return Fact.of(x.type(), to);
            }
            return Fact.typed(x.type());
        }
        return new Fact(x.type(), Rules.reshape(dims, to, attributes.integer("allowzero", 0) != 0), x.data());
    }

    private static Fact flatten(Attributes attributes, Fact x) throws ShapeConflict {
        long[] dims = x.dims();
        if (dims == null) {
            return Fact.typed(x.type());
        }
        long axis = attributes.integer("axis", 1);
        int at = axis == dims.length ? dims.length : Rules.axis(axis, Math.max(1, dims.length));
        return new Fact(
                x.type(), new long[] {Fact.product(dims, 0, at), Fact.product(dims, at, dims.length)}, x.data());
    }

    private Fact squeeze(Node node, Attributes attributes, Fact x) throws ShapeConflict {
        long[] dims = x.dims();
        long[] axes = axes(node, attributes, 1);
        if (dims == null || (axes == null && hasInput(node, 1))) {
            return Fact.typed(x.type());
        }
        if (axes == null) {
            return new Fact(
                    x.type(), Arrays.stream(dims).filter(dim -> dim != 1).toArray(), x.data());
        }
        return new Fact(x.type(), Rules.without(dims, Rules.axes(axes, dims.length)), x.data());
    }

    private Fact unsqueeze(Node node, Attributes attributes, Fact x) throws ShapeConflict {
        long[] dims = x.dims();
        long[] axes = axes(node, attributes, 1);
        if (dims == null || axes == null || axes.length > 32) {
            return Fact.typed(x.type());
        }
        return new Fact(x.type(), Rules.withOnes(dims, Rules.axes(axes, dims.length + axes.length)), x.data());
    }

    private static Fact transpose(Attributes attributes, Fact x) throws ShapeConflict {
        long[] dims = x.dims();
        if (dims == null) {
            return Fact.typed(x.type());
        }
        long[] perm = attributes.integers("perm");
        int[] order = new int[dims.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = dims.length - 1 - i;
        }
        if (perm != null) {
            int[] sorted = perm.length == dims.length ? Rules.axes(perm, dims.length) : new int[0];
            if (sorted.length != dims.length) {
                throw new ShapeConflict("a transposition of " + Arrays.toString(dims) + " by " + Arrays.toString(perm));
            }
            for (int i = 0; i < order.length; i++) {
                order[i] = Rules.axis(perm[i], dims.length);
            }
        }
        long[] result = new long[dims.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = dims[order[i]];
        }
        Data data = x.data();
        return new Fact(x.type(), result, data == null ? null : data.pick(Folding.transpose(dims, order)));
    }

    private Fact concat(Node node, Attributes attributes) throws ShapeConflict {
        int count = node.inputs().length;
        int type = input(node, 0).type();
        long[] result = null;
        int axis = 0;
        boolean folds = true;
        for (int i = 0; i < count; i++) {
            long[] dims = input(node, i).dims();
            folds &= input(node, i).data() != null;
            if (dims == null) {
                return Fact.typed(type);
            }
            if (result == null) {
                result = dims.clone();
                axis = Rules.axis(attributes.integer("axis", 0), Math.max(1, dims.length));
                if (dims.length == 0) {
                    throw new ShapeConflict("a concatenation of single numbers");
                }
                continue;
            }
            for (int d = 0; d < Math.max(dims.length, result.length); d++) {
                if (dims.length != result.length || (d != axis && dims[d] != result[d])) {
                    throw new ShapeConflict(
                            "a concatenation of " + Arrays.toString(result) + " and " + Arrays.toString(dims));
                }
            }
            result[axis] += dims[axis];
        }
        if (result == null) {
            return Fact.typed(type);
        }
        Data data = null;
        if (folds && result.length == 1 && folds(result[0])) {
            data = joined(node, count, (int) result[0]);
        }
        return new Fact(type, result, data);
    }

    private @Nullable Data joined(Node node, int count, int size) {
        long[] longs = new long[size];
        double[] doubles = new double[size];
        boolean whole = true;
        int at = 0;
        for (int i = 0; i < count; i++) {
            Data part = input(node, i).data();
            if (part == null) {
                return null;
            }
            whole &= part.isWhole();
            for (int j = 0; j < part.size() && at < size; j++) {
                longs[at] = part.longAt(j);
                doubles[at++] = part.doubleAt(j);
            }
        }
        return whole ? Data.of(longs) : Data.ofDoubles(doubles);
    }

    private void split(Node node, Attributes attributes, Fact x, Fact[] out) throws ShapeConflict {
        Arrays.fill(out, Fact.typed(x.type()));
        long[] dims = x.dims();
        if (dims == null) {
            return;
        }
        int axis = Rules.axis(attributes.integer("axis", 0), dims.length);
        long[] parts = attributes.integers("split");
        if (parts == null && hasInput(node, 1)) {
            Data data = input(node, 1).data();
            if (data == null) {
                return;
            }
            parts = data.toLongs();
        }
        if (parts == null) {
            parts = new long[out.length];
            long each = (dims[axis] + out.length - 1) / out.length;
            Arrays.fill(parts, each);
            parts[out.length - 1] = dims[axis] - each * (out.length - 1);
        }
        if (parts.length != out.length
                || Arrays.stream(parts).anyMatch(part -> part < 0 || part > dims[axis])
                || Arrays.stream(parts).sum() != dims[axis]) {
            throw new ShapeConflict("a split of " + dims[axis] + " into " + Arrays.toString(parts));
        }
        long[] steps = new long[dims.length];
        Arrays.fill(steps, 1);
        long from = 0;
        for (int i = 0; i < out.length; i++) {
            long[] part = dims.clone();
            part[axis] = parts[i];
            long[] starts = new long[dims.length];
            starts[axis] = from;
            Data data = x.data();
            out[i] =
                    new Fact(x.type(), part, data == null ? null : data.pick(Folding.slice(dims, starts, steps, part)));
            from += parts[i];
        }
    }

    private Fact slice(Node node, Attributes attributes, Fact x) throws ShapeConflict {
        long[] dims = x.dims();
        if (dims == null) {
            return Fact.typed(x.type());
        }
        long[] starts = attributes.integers("starts");
        long[] ends = attributes.integers("ends");
        long[] axes = attributes.integers("axes");
        long[] steps = null;
        if (starts == null) {
            Data start = input(node, 1).data();
            Data end = input(node, 2).data();
            if (start == null
                    || end == null
                    || (hasInput(node, 3) && input(node, 3).data() == null)
                    || (hasInput(node, 4) && input(node, 4).data() == null)) {
                return Fact.typed(x.type());
            }
            starts = start.toLongs();
            ends = end.toLongs();
            Data over = input(node, 3).data();
            Data step = input(node, 4).data();
            axes = over == null ? null : over.toLongs();
            steps = step == null ? null : step.toLongs();
        }
        if (ends == null
                || ends.length != starts.length
                || (axes != null && axes.length != starts.length)
                || (steps != null && steps.length != starts.length)
                || starts.length > dims.length) {
            throw new ShapeConflict("a slice with the wrong number of starts, ends, axes or steps");
        }
        long[] result = dims.clone();
        long[] from = new long[dims.length];
        long[] by = new long[dims.length];
        Arrays.fill(by, 1);
        for (int i = 0; i < starts.length; i++) {
            int axis = axes == null ? i : Rules.axis(axes[i], dims.length);
            long step = steps == null ? 1 : steps[i];
            long size = dims[axis];
            if (step == 0 || step == Long.MIN_VALUE) {
                throw new ShapeConflict("a slice with step " + step);
            }
            long start = clamp(starts[i] < 0 ? starts[i] + size : starts[i], 0, step > 0 ? size : size - 1);
            long end = clamp(ends[i] < 0 ? Math.max(ends[i], -size - 1) + size : ends[i], step > 0 ? 0 : -1, size);
            if (step < 0 && end == size) {
                end = size - 1;
            }
            long span = step > 0 ? end - start : start - end;
            long stride = Math.abs(step);
            result[axis] = span <= 0 ? 0 : (span - 1) / stride + 1;
            from[axis] = Math.max(0, start);
            by[axis] = step;
        }
        Data data = x.data();
        return new Fact(x.type(), result, data == null ? null : data.pick(Folding.slice(dims, from, by, result)));
    }

    private static long clamp(long value, long low, long high) {
        return Math.max(low, Math.min(high, value));
    }

    private static Fact gather(Attributes attributes, Fact x, Fact indices) throws ShapeConflict {
        long[] dims = x.dims();
        long[] at = indices.dims();
        if (dims == null || at == null) {
            return Fact.typed(x.type());
        }
        int axis = Rules.axis(attributes.integer("axis", 0), dims.length);
        long[] result = new long[dims.length - 1 + at.length];
        System.arraycopy(dims, 0, result, 0, axis);
        System.arraycopy(at, 0, result, axis, at.length);
        System.arraycopy(dims, axis + 1, result, axis + at.length, dims.length - axis - 1);
        Data which = indices.data();
        if (which != null) {
            for (int i = 0; i < which.size(); i++) {
                long index = which.longAt(i);
                if (index < -dims[axis] || index >= dims[axis]) {
                    throw new ShapeConflict("entry " + index + " of a table with " + dims[axis]);
                }
            }
        }
        Data data = x.data();
        Data picked = null;
        if (data != null && which != null && dims.length == 1) {
            int[] positions = new int[which.size()];
            for (int i = 0; i < positions.length; i++) {
                long index = which.longAt(i);
                positions[i] = (int) (index < 0 ? index + dims[0] : index);
            }
            picked = data.pick(positions);
        }
        return new Fact(x.type(), result, picked);
    }

    private static Fact gatherNd(Attributes attributes, Fact x, Fact indices) throws ShapeConflict {
        long[] dims = x.dims();
        long[] at = indices.dims();
        if (dims == null || at == null) {
            return Fact.typed(x.type());
        }
        long batch = attributes.integer("batch_dims", 0);
        long depth = at.length == 0 ? -1 : at[at.length - 1];
        if (depth < 0 || batch < 0 || batch + depth > dims.length) {
            throw new ShapeConflict("a GatherND of " + Arrays.toString(dims) + " at " + Arrays.toString(at));
        }
        int from = (int) (batch + depth);
        long[] result = Arrays.copyOf(at, at.length - 1 + dims.length - from);
        System.arraycopy(dims, from, result, at.length - 1, dims.length - from);
        return Fact.of(x.type(), result);
    }

    private Fact expand(Fact x, Fact target) throws ShapeConflict {
        Data to = target.data();
        long[] dims = x.dims();
        if (dims == null || to == null) {
            return Fact.typed(x.type());
        }
        long[] result = Rules.broadcast(dims, to.toLongs());
        Data data = x.data();
        if (result == null
                || data == null
                || Fact.product(result, 0, result.length) > Data.MAX_ELEMENTS
                || Arrays.stream(result).anyMatch(dim -> dim < 0)) {
            return Fact.of(x.type(), result);
        }
        return new Fact(x.type(), result, data.pick(Folding.spread(dims, result)));
    }

    private static Fact tile(Fact x, Fact repeats) throws ShapeConflict {
        Data times = repeats.data();
        long[] dims = x.dims();
        if (dims == null || times == null) {
            return Fact.typed(x.type());
        }
        if (times.size() != dims.length) {
            throw new ShapeConflict("a tiling of " + dims.length + " dimensions by " + times.size());
        }
        long[] result = dims.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] = Fact.product(new long[] {dims[i], Math.max(0, times.longAt(i))}, 0, 2);
        }
        return Fact.of(x.type(), result);
    }

    private Fact pad(Node node, Attributes attributes, Fact x) throws ShapeConflict {
        long[] dims = x.dims();
        long[] pads = attributes.integers("pads");
        if (pads == null) {
            Data data = input(node, 1).data();
            pads = data == null ? null : data.toLongs();
        }
        if (dims == null || pads == null || hasInput(node, 3)) {
            return Fact.typed(x.type());
        }
        if (pads.length != 2 * dims.length) {
            throw new ShapeConflict("a padding of " + dims.length + " dimensions by " + pads.length + " numbers");
        }
        long[] result = dims.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] += clamp(pads[i], -LARGEST, LARGEST) + clamp(pads[i + dims.length], -LARGEST, LARGEST);
        }
        return Fact.of(x.type(), result);
    }

    private Fact constantOfShape(Attributes attributes, Fact x) throws OnnxFormatException {
        AttributeProto value = attributes.get("value");
        Fact filler = value != null && value.hasT()
                ? fact(value.getT(), "value")
                : new Fact(Types.FLOAT, new long[] {1}, Data.ofDoubles(0));
        Data shape = x.data();
        if (shape == null) {
            return Fact.typed(filler.type());
        }
        long[] dims = shape.toLongs();
        Data data = filler.data();
        if (data == null
                || data.size() != 1
                || Arrays.stream(dims).anyMatch(dim -> dim < 0)
                || Fact.product(dims, 0, dims.length) > Data.MAX_ELEMENTS) {
            return Fact.of(filler.type(), dims);
        }
        return new Fact(filler.type(), dims, data.pick(new int[(int) Fact.product(dims, 0, dims.length)]));
    }

    private Fact range(Node node, Fact x) throws ShapeConflict {
        Data start = x.data();
        Data limit = input(node, 1).data();
        Data delta = input(node, 2).data();
        if (start == null
                || limit == null
                || delta == null
                || start.size() != 1
                || limit.size() != 1
                || delta.size() != 1) {
            return Fact.typed(x.type());
        }
        if (delta.doubleAt(0) == 0) {
            throw new ShapeConflict("a range with step 0");
        }
        double count = Math.max(0, Math.ceil((limit.doubleAt(0) - start.doubleAt(0)) / delta.doubleAt(0)));
        if (!(count <= (double) LARGEST)) {
            throw new ShapeConflict("a range of " + count + " numbers");
        }
        long[] dims = {(long) count};
        if (!folds(dims[0]) || !Types.isIntegral(x.type())) {
            return Fact.of(x.type(), dims);
        }
        long[] values = new long[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = start.longAt(0) + i * delta.longAt(0);
        }
        return new Fact(x.type(), dims, Data.of(values));
    }

    private Fact nonZero(Fact x) {
        Data data = x.data();
        long[] dims = x.dims();
        if (data == null || dims == null) {
            return Fact.typed(Types.INT64);
        }
        long[] strides = Folding.strides(dims);
        int count = 0;
        for (int i = 0; i < data.size(); i++) {
            count += data.doubleAt(i) != 0 ? 1 : 0;
        }
        if (!folds((long) count * dims.length)) {
            return Fact.of(Types.INT64, new long[] {dims.length, count});
        }
        long[] result = new long[count * dims.length];
        int at = 0;
        for (int i = 0; i < data.size(); i++) {
            if (data.doubleAt(i) != 0) {
                for (int d = 0; d < dims.length; d++) {
                    result[d * count + at] = i / strides[d] % dims[d];
                }
                at++;
            }
        }
        return new Fact(Types.INT64, new long[] {dims.length, count}, Data.of(result));
    }

    /** Of the results of control flow only the types are taken; their sizes may differ from run to run. */
    private static void bodyTypes(Attributes attributes, String name, int skipped, Fact[] out) {
        AttributeProto body = attributes.get(name);
        if (body == null || !body.hasG()) {
            return;
        }
        GraphProto graph = body.getG();
        for (int i = 0; i < out.length && i + skipped < graph.getOutputCount(); i++) {
            out[i] = Fact.typed(
                    graph.getOutput(i + skipped).getType().getTensorType().getElemType());
        }
    }
}
