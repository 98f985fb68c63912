/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What whole numbers stand for that quantised models compute with: which fractions, by a scale and a zero point that are the same in every run.
 * Values that are quantised with the range that they have in the run ({@code DynamicQuantizeLinear}) are none of these.
 *
 * @param scale the value that holds the scale, a single number
 * @param zeroPoint the value that holds the zero point; -1 if it is zero
 */
record Quantisation(int scale, int zeroPoint) {
    /** More reshapes in a row than any exporter writes. */
    private static final int FURTHEST = 16;

    /** How a value of whole numbers is quantised; null if it is not, or with more than one scale, or with one that differs from run to run. */
    static @Nullable Quantisation of(Graph graph, Inference sizes, int value) {
        int at = value;
        for (int step = 0; step < FURTHEST; step++) {
            int producer = graph.producer(at);
            if (producer < 0 || !isSmall(sizes.fact(at).type())) {
                return null;
            }
            Node node = graph.nodes().get(producer);
            if (movesOnly(node)) {
                at = node.inputs()[0];
                continue;
            }
            int index = scaleIndex(node);
            if (index < 0 || node.outputs()[0] != at) {
                return null;
            }
            int scale = input(node, index);
            int zero = input(node, index + 1);
            boolean fixed = scale >= 0 && !graph.isVariable(scale) && (zero < 0 || !graph.isVariable(zero));
            return fixed && sizes.fact(scale).elements() == 1 ? new Quantisation(scale, zero) : null;
        }
        return null;
    }

    /**
     * Whether a value is what another one of fractions becomes by rounding to its quantisation: its fractions once more, through
     * {@code QuantizeLinear} and {@code DequantizeLinear}, or the whole numbers between them.
     */
    static boolean isRounded(Graph graph, int value) {
        Node maker = maker(graph, value);
        if (maker != null && maker.op().equals("DequantizeLinear")) {
            maker = maker(graph, maker.inputs()[0]);
        }
        return maker != null && maker.op().equals("QuantizeLinear") && graph.isVariable(maker.inputs()[0]);
    }

    /** The whole numbers from which {@code DequantizeLinear} makes a value by itself; -1 if it is not made so. */
    static int wholeNumbers(Graph graph, int value) {
        Node maker = maker(graph, value);
        if (maker == null || !maker.op().equals("DequantizeLinear")) {
            return -1;
        }
        boolean alone = Arrays.stream(maker.inputs()).skip(1).noneMatch(input -> input >= 0 && graph.isVariable(input));
        return alone && graph.isVariable(maker.inputs()[0]) ? maker.inputs()[0] : -1;
    }

    /** Whether an operator rounds what differs from run to run to whole numbers. */
    static boolean rounds(Graph graph, Node node) {
        boolean rounds =
                switch (node.op()) {
                    // This one does so inside.
                    case "DynamicQuantizeLinear", "DynamicQuantizeMatMul" -> true;
                    default -> scaleIndex(node) >= 0;
                };
        return rounds && node.outputs().length > 0 && node.outputs()[0] >= 0 && graph.isVariable(node.outputs()[0]);
    }

    private static @Nullable Node maker(Graph graph, int value) {
        Node node =
                value < 0 || graph.producer(value) < 0 ? null : graph.nodes().get(graph.producer(value));
        return node == null || node.inputs().length < 2 || node.inputs()[0] < 0 ? null : node;
    }

    private static int input(Node node, int index) {
        return index < node.inputs().length ? node.inputs()[index] : -1;
    }

    /** Whether the type is one that quantised activations have. */
    private static boolean isSmall(int type) {
        return type >= 2 && type <= 5;
    }

    private static boolean movesOnly(Node node) {
        return switch (node.op()) {
            case "Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze", "Identity" -> input(node, 0) >= 0;
            default -> false;
        };
    }

    /** At which input an operator of whole numbers finds the scale of its result, before the zero point; -1 if it has none. */
    private static int scaleIndex(Node node) {
        return switch (node.op()) {
            case "QuantizeLinear" -> 1;
            case "QLinearConcat" -> 0;
            case "QLinearSigmoid",
                    "QLinearLeakyRelu",
                    "QLinearSoftmax",
                    "QLinearReduceMean",
                    "QLinearAveragePool",
                    "QLinearGlobalAveragePool" -> 3;
            case "QLinearMatMul", "QLinearConv", "QLinearAdd", "QLinearMul" -> 6;
            case "QGemm", "QLinearWhere" -> 7;
            default -> -1;
        };
    }
}
