/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.graph.TorchGraph.Kernel;

/**
 * The nodes of a graph as they are computed: patterns that exporters spell out (GELU, layer normalisation, attention, a product
 * with a bias) become one computation each. That halves the time of a training step, since what lies between need neither be
 * written nor kept for the gradients.
 */
final class Fusion {
    /** One computation. An input that is left out is empty. */
    record Step(List<String> inputs, List<String> outputs, Kernel kernel) {}

    private final OnnxSource source;
    private final List<NodeProto> nodes;
    private final Map<String, Integer> producers = new HashMap<>();
    private final Map<String, List<Integer>> consumers = new HashMap<>();
    private final Set<String> kept;
    private final @Nullable Step[] steps;
    private final boolean[] gone;

    private Fusion(OnnxSource source, Collection<String> kept) {
        this.source = source;
        GraphProto graph = source.graph();
        this.nodes = graph.getNodeList();
        this.kept = new HashSet<>(kept);
        graph.getOutputList().forEach(output -> this.kept.add(output.getName()));
        this.steps = new @Nullable Step[nodes.size()];
        this.gone = new boolean[nodes.size()];
        for (int i = 0; i < nodes.size(); i++) {
            for (String output : nodes.get(i).getOutputList()) {
                producers.put(output, i);
            }
            for (String input : nodes.get(i).getInputList()) {
                consumers.computeIfAbsent(input, key -> new ArrayList<>()).add(i);
            }
        }
    }

    /** @param kept values that must not vanish */
    static List<Step> of(OnnxSource source, Collection<String> kept) {
        Fusion fusion = new Fusion(source, kept);
        for (int i = 0; i < fusion.nodes.size(); i++) {
            switch (fusion.nodes.get(i).getOpType()) {
                case "Erf" -> fusion.gelu(i);
                case "Sqrt" -> fusion.layerNorm(i);
                case "Softmax" -> fusion.attention(i);
                case "MatMul" -> fusion.affine(i);
                default -> {
                    // Computed as it stands.
                }
            }
        }
        return fusion.steps();
    }

    private List<Step> steps() {
        List<Step> all = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Step fused = steps[i];
            if (fused != null) {
                all.add(fused);
            } else if (!gone[i]) {
                NodeProto node = nodes.get(i);
                try {
                    all.add(new Step(node.getInputList(), node.getOutputList(), Operators.kernel(node, source)));
                } catch (Operators.Unsupported e) {
                    throw new UnsupportedOperatorsException(List.of(String.valueOf(e.getMessage())));
                }
            }
        }
        return all;
    }

    /** {@code x / 2 * (1 + erf(x / sqrt 2))}, in whatever order the factors come. */
    private void gelu(int erf) {
        NodeProto scaled = producer(nodes.get(erf).getInput(0));
        if (scaled == null) {
            return;
        }
        boolean divided = scaled.getOpType().equals("Div") && isNear(scaled.getInput(1), Math.sqrt(2));
        String input = divided
                ? scaled.getInput(0)
                : scaled.getOpType().equals("Mul") ? otherThan(scaled, Math.sqrt(0.5)) : null;
        Integer shifted = onlyConsumer(nodes.get(erf).getOutput(0), "Add");
        if (input == null || shifted == null || otherThan(nodes.get(shifted), 1) == null) {
            return;
        }
        Integer product = onlyConsumer(nodes.get(shifted).getOutput(0), "Mul");
        if (product == null) {
            return;
        }
        Set<Integer> inner = new HashSet<>(List.of(erf, place(scaled), shifted, product));
        String factor = other(nodes.get(product), nodes.get(shifted).getOutput(0));
        NodeProto half = factor == null ? null : producer(factor);
        if (half != null
                && factor != null
                && half.getOpType().equals("Mul")
                && input.equals(otherThan(half, 0.5))
                && onlyConsumer(factor, "Mul") != null) {
            inner.add(place(half));
            fuse(
                    inner,
                    product,
                    List.of(input),
                    Operators.one(in -> org.bytedeco.pytorch.global.torch.gelu(in.get(0))));
            return;
        }
        Integer last = onlyConsumer(nodes.get(product).getOutput(0), "Mul");
        if (last == null || factor == null) {
            return;
        }
        String closing = other(nodes.get(last), nodes.get(product).getOutput(0));
        boolean halvedLast = factor.equals(input) && closing != null && isNear(closing, 0.5);
        boolean halvedFirst = isNear(factor, 0.5) && input.equals(closing);
        if (halvedLast || halvedFirst) {
            inner.add(last);
            fuse(inner, last, List.of(input), Operators.one(in -> org.bytedeco.pytorch.global.torch.gelu(in.get(0))));
        }
    }

    private void layerNorm(int sqrt) {
        NodeProto shifted = producer(nodes.get(sqrt).getInput(0), "Add");
        Double epsilon = shifted == null ? null : firstNumber(shifted);
        if (shifted == null || epsilon == null) {
            return;
        }
        NodeProto variance = producer(otherThan(shifted, epsilon), "ReduceMean");
        NodeProto squared = variance == null ? null : producer(variance.getInput(0));
        if (variance == null || squared == null || !isOverLast(variance) || !isSquare(squared)) {
            return;
        }
        NodeProto centred = producer(squared.getInput(0), "Sub");
        NodeProto mean = centred == null ? null : producer(centred.getInput(1), "ReduceMean");
        if (centred == null
                || mean == null
                || !isOverLast(mean)
                || !mean.getInput(0).equals(centred.getInput(0))) {
            return;
        }
        Integer unit = onlyConsumer(nodes.get(sqrt).getOutput(0), "Div");
        NodeProto numerator = unit == null ? null : producer(nodes.get(unit).getInput(0), "Sub");
        if (unit == null || numerator == null || !numerator.getInputList().equals(centred.getInputList())) {
            return;
        }
        Integer scaled = onlyConsumer(nodes.get(unit).getOutput(0), "Mul");
        String scale =
                scaled == null ? null : other(nodes.get(scaled), nodes.get(unit).getOutput(0));
        Integer moved = scaled == null ? null : onlyConsumer(nodes.get(scaled).getOutput(0), "Add");
        String bias = scaled == null || moved == null
                ? null
                : other(nodes.get(moved), nodes.get(scaled).getOutput(0));
        if (scaled == null || moved == null || !isVector(scale) || !isVector(bias) || scale == null || bias == null) {
            return;
        }
        Set<Integer> inner = new HashSet<>(List.of(
                sqrt,
                place(shifted),
                place(variance),
                place(squared),
                place(centred),
                place(mean),
                unit,
                scaled,
                moved));
        inner.add(place(numerator));
        fuse(inner, moved, List.of(centred.getInput(0), scale, bias), FusedKernels.layerNorm(epsilon));
    }

    /** Scores, perhaps scaled, perhaps masked, made probabilities over the last dimension, times the values. */
    private void attention(int softmax) {
        NodeProto node = nodes.get(softmax);
        long axis = new NodeAttributes(node).integer("axis", source.opset("") < 13 ? 1 : -1);
        Integer context = onlyConsumer(node.getOutput(0), "MatMul");
        if ((axis != -1 && axis != 3)
                || context == null
                || !nodes.get(context).getInput(0).equals(node.getOutput(0))) {
            return;
        }
        Set<Integer> inner = new HashSet<>(List.of(softmax, context));
        String scores = node.getInput(0);
        String mask = "";
        NodeProto masked = producer(scores, "Add");
        if (masked != null) {
            int which = isScores(masked.getInput(0)) ? 0 : 1;
            scores = masked.getInput(which);
            mask = masked.getInput(1 - which);
            inner.add(place(masked));
        }
        double scale = 1;
        NodeProto scaled = producer(scores);
        if (scaled != null
                && (scaled.getOpType().equals("Div") || scaled.getOpType().equals("Mul"))) {
            Double number = firstNumber(scaled);
            if (number == null || number(scaled.getInput(1)) == null) {
                return;
            }
            scale = scaled.getOpType().equals("Div") ? 1 / number : number;
            inner.add(place(scaled));
            scores = scaled.getInput(0);
        }
        NodeProto product = producer(scores, "MatMul");
        if (product == null || !isDynamic(product.getInput(0)) || !isDynamic(product.getInput(1))) {
            return;
        }
        inner.add(place(product));
        fuse(
                inner,
                context,
                List.of(
                        product.getInput(0),
                        product.getInput(1),
                        nodes.get(context).getInput(1),
                        mask),
                FusedKernels.attention(scale));
    }

    private boolean isScores(String value) {
        NodeProto node = producer(value);
        if (node == null) {
            return false;
        }
        boolean scaled = node.getOpType().equals("Div") || node.getOpType().equals("Mul");
        return node.getOpType().equals("MatMul") || (scaled && producer(node.getInput(0), "MatMul") != null);
    }

    private void affine(int product) {
        NodeProto node = nodes.get(product);
        TensorProto weight = source.initializers().get(node.getInput(1));
        Integer sum = onlyConsumer(node.getOutput(0), "Add");
        String bias = sum == null ? null : other(nodes.get(sum), node.getOutput(0));
        if (sum == null || bias == null || weight == null || weight.getDimsCount() != 2 || !isVector(bias)) {
            return;
        }
        TensorProto vector = source.initializers().get(bias);
        if (vector == null || vector.getDims(0) != weight.getDims(1)) {
            return;
        }
        fuse(Set.of(product, sum), sum, List.of(node.getInput(0), node.getInput(1), bias), FusedKernels.affine());
    }

    /** Replaces nodes by one computation in the place of the last; does nothing if somebody else reads what lies between. */
    private void fuse(Set<Integer> inner, int last, List<String> inputs, Kernel kernel) {
        for (int each : inner) {
            if (gone[each] || steps[each] != null) {
                return;
            }
            if (each == last) {
                continue;
            }
            for (String output : nodes.get(each).getOutputList()) {
                if (kept.contains(output) || !inner.containsAll(consumers.getOrDefault(output, List.of()))) {
                    return;
                }
            }
        }
        inner.forEach(each -> gone[each] = true);
        steps[last] = new Step(inputs, nodes.get(last).getOutputList(), kernel);
    }

    private @Nullable NodeProto producer(@Nullable String value) {
        Integer place = value == null ? null : producers.get(value);
        return place == null ? null : nodes.get(place);
    }

    private @Nullable NodeProto producer(@Nullable String value, String operator) {
        NodeProto node = producer(value);
        return node != null && node.getOpType().equals(operator) ? node : null;
    }

    private int place(NodeProto node) {
        Integer place = producers.get(node.getOutput(0));
        if (place == null) {
            throw new IllegalStateException("a node vanished");
        }
        return place;
    }

    private @Nullable Integer onlyConsumer(String value, String operator) {
        List<Integer> all = consumers.getOrDefault(value, List.of());
        return all.size() == 1 && nodes.get(all.get(0)).getOpType().equals(operator) ? all.get(0) : null;
    }

    /** The other input of a node with two. */
    private static @Nullable String other(NodeProto node, String input) {
        if (node.getInputCount() != 2) {
            return null;
        }
        return node.getInput(0).equals(input) ? node.getInput(1) : node.getInput(0);
    }

    /** The input beside one that is a certain number; null if none is. */
    private @Nullable String otherThan(NodeProto node, double number) {
        if (node.getInputCount() != 2) {
            return null;
        }
        if (isNear(node.getInput(1), number)) {
            return node.getInput(0);
        }
        return isNear(node.getInput(0), number) ? node.getInput(1) : null;
    }

    private @Nullable Double firstNumber(NodeProto node) {
        for (String input : node.getInputList()) {
            Double number = number(input);
            if (number != null) {
                return number;
            }
        }
        return null;
    }

    private boolean isNear(String value, double number) {
        Double found = number(value);
        return found != null && Math.abs(found - number) <= 1e-4 * Math.abs(number);
    }

    /** The value of a constant with one element. */
    private @Nullable Double number(String value) {
        TensorProto tensor = source.initializers().get(value);
        NodeProto node = tensor == null ? producer(value, "Constant") : null;
        if (node != null) {
            tensor = new NodeAttributes(node).tensor("value");
        }
        if (tensor == null
                || OnnxSource.size(tensor) != 1
                || tensor.getDataType() != TensorProto.DataType.FLOAT.getNumber()) {
            return null;
        }
        return (double) source.floats(tensor)[0];
    }

    private boolean isVector(@Nullable String value) {
        TensorProto tensor = value == null ? null : source.initializers().get(value);
        return tensor != null && tensor.getDimsCount() == 1;
    }

    private boolean isDynamic(String value) {
        return !source.initializers().containsKey(value);
    }

    private boolean isSquare(NodeProto node) {
        return (node.getOpType().equals("Pow") && isNear(node.getInput(1), 2))
                || (node.getOpType().equals("Mul") && node.getInput(0).equals(node.getInput(1)));
    }

    private boolean isOverLast(NodeProto node) {
        NodeAttributes attributes = new NodeAttributes(node);
        long[] axes = attributes.integers("axes");
        if (axes == null && node.getInputCount() > 1) {
            TensorProto tensor = source.initializers().get(node.getInput(1));
            axes = tensor == null ? null : source.longs(tensor);
        }
        return axes != null && Arrays.equals(axes, new long[] {-1}) && attributes.integer("keepdims", 1) == 1;
    }
}
