/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend.operators;

import com.example.tminus.javabackend.onnx.Node;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The operators by the names that ONNX gives them, as of opset 17. */
public final class Operators {
    private static final long[] ONES = {1, 1};
    private static final long[] NO_PADS = {0, 0, 0, 0};

    private static final Map<String, Operator> KNOWN = new HashMap<>();

    static {
        one("Add", (node, in) -> Elementwise.binary(in.get(0), in.get(1), Float::sum, Long::sum));
        one("Sub", (node, in) -> Elementwise.binary(in.get(0), in.get(1), (a, b) -> a - b, (a, b) -> a - b));
        one("Mul", (node, in) -> Elementwise.binary(in.get(0), in.get(1), (a, b) -> a * b, (a, b) -> a * b));
        one("Div", (node, in) -> Elementwise.binary(in.get(0), in.get(1), (a, b) -> a / b, (a, b) -> a / b));
        one("Erf", (node, in) -> Elementwise.unary(in.get(0), Elementwise::erf));
        one("Relu", (node, in) -> Elementwise.unary(in.get(0), value -> Math.max(0, value)));
        one("Cast", (node, in) -> Elementwise.cast(in.get(0), node.number("to", 1)));
        one("Identity", (node, in) -> in.get(0));
        one("MatMul", (node, in) -> Products.matMul(in.get(0), in.get(1)));
        one(
                "Gemm",
                (node, in) -> Products.gemm(
                        in.get(0),
                        in.get(1),
                        optional(in, 2),
                        node.real("alpha", 1),
                        node.real("beta", 1),
                        node.number("transA", 0) == 1,
                        node.number("transB", 0) == 1));
        one(
                "Conv",
                (node, in) -> Products.convolve(
                        in.get(0),
                        in.get(1),
                        optional(in, 2),
                        node.numbers("strides", ONES),
                        node.numbers("pads", NO_PADS),
                        node.numbers("dilations", ONES)));
        one("Softmax", (node, in) -> Reductions.softmax(in.get(0), node.number("axis", -1)));
        one(
                "LayerNormalization",
                (node, in) -> Reductions.normalise(
                        in.get(0), in.get(1), optional(in, 2), node.number("axis", -1), node.real("epsilon", 1e-5f)));
        one("ReduceSum", (node, in) -> Reductions.sum(in.get(0), longs(in, 1), node.number("keepdims", 1) == 1, false));
        one(
                "ReduceMean",
                (node, in) ->
                        Reductions.sum(in.get(0), node.numbers("axes", null), node.number("keepdims", 1) == 1, true));
        one("Reshape", (node, in) -> Layouts.reshape(in.get(0), in.get(1).asLongs()));
        one("Transpose", (node, in) -> Layouts.transpose(in.get(0), node.numbers("perm", reversed(in.get(0)))));
        one("Gather", (node, in) -> Layouts.gather(in.get(0), in.get(1), node.number("axis", 0)));
        one("Concat", (node, in) -> Layouts.concat(in, node.number("axis", 0)));
        one(
                "Slice",
                (node, in) ->
                        Layouts.slice(in.get(0), in.get(1).asLongs(), in.get(2).asLongs(), longs(in, 3), longs(in, 4)));
        one("Unsqueeze", (node, in) -> Layouts.unsqueeze(in.get(0), in.get(1).asLongs()));
        one("Shape", (node, in) -> Layouts.shape(in.get(0)));
        one("Expand", (node, in) -> Layouts.expand(in.get(0), in.get(1).asLongs()));
        KNOWN.put("Split", (node, in) -> Layouts.split(in.get(0), sizes(node, in), node.number("axis", 0)));
    }

    private interface Operator {
        Array[] run(Node node, List<Array> inputs);
    }

    private interface WithOneOutput {
        Array run(Node node, List<Array> inputs);
    }

    private Operators() {}

    private static void one(String name, WithOneOutput operator) {
        KNOWN.put(name, (node, inputs) -> new Array[] {operator.run(node, inputs)});
    }

    /** The names of all operators. */
    public static Set<String> names() {
        return KNOWN.keySet();
    }

    /**
     * The outputs of a node.
     *
     * @param inputs in the node's order, null for those that it leaves out
     * @throws RuntimeException if the inputs do not fit
     */
    public static Array[] run(Node node, List<Array> inputs) {
        return KNOWN.get(node.operator()).run(node, inputs);
    }

    private static Array optional(List<Array> inputs, int index) {
        return index < inputs.size() ? inputs.get(index) : null;
    }

    private static long[] longs(List<Array> inputs, int index) {
        Array input = optional(inputs, index);
        return input == null ? null : input.asLongs();
    }

    private static long[] reversed(Array input) {
        long[] order = new long[input.rank()];
        for (int axis = 0; axis < order.length; axis++) {
            order[axis] = order.length - 1 - axis;
        }
        return order;
    }

    private static long[] sizes(Node node, List<Array> inputs) {
        long[] given = longs(inputs, 1);
        if (given != null) {
            return given;
        }
        Array input = inputs.get(0);
        long[] equal = new long[node.outputs().size()];
        Arrays.fill(equal, input.shape()[input.axis(node.number("axis", 0))] / equal.length);
        return equal;
    }
}
