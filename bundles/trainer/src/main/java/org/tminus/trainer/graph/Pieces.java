/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.tminus.trainer.export.OnnxGraph.attribute;
import static org.tminus.trainer.export.OnnxGraph.longsAttribute;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.tminus.trainer.export.OnnxGraph;

/** Parts of transformers, written with operators of the graph's own opset: files that are composed must have the same. */
final class Pieces {
    static final double EPSILON = 1e-5;

    private final OnnxGraph graph;

    Pieces(OnnxGraph graph) {
        this.graph = graph;
    }

    /** Layer normalisation over the last dimension, with fresh parameters {@code name.scale} and {@code name.bias}. */
    String norm(String input, String name, int dim) {
        float[] ones = new float[dim];
        java.util.Arrays.fill(ones, 1f);
        String scale = graph.floats(name + ".scale", ones, dim);
        String bias = graph.floats(name + ".bias", new float[dim], dim);
        if (graph.opset() >= 17) {
            return graph.node(
                    "LayerNormalization",
                    name,
                    List.of(input, scale, bias),
                    attribute("axis", -1L),
                    attribute("epsilon", (float) EPSILON));
        }
        String mean = reduceMean(input, name + ".mean", -1, true);
        String centred = graph.node("Sub", name + ".centred", List.of(input, mean));
        String squared = graph.node("Mul", name + ".squared", List.of(centred, centred));
        String variance = reduceMean(squared, name + ".variance", -1, true);
        String epsilon = graph.floats(name + ".epsilon", new float[] {(float) EPSILON}, 1);
        String shifted = graph.node("Add", name + ".shifted", List.of(variance, epsilon));
        String deviation = graph.node("Sqrt", name + ".deviation", List.of(shifted));
        String unit = graph.node("Div", name + ".unit", List.of(centred, deviation));
        String scaled = graph.node("Mul", name + ".scaled", List.of(unit, scale));
        return graph.node("Add", name, List.of(scaled, bias));
    }

    /** A matrix product with a bias; fresh parameters {@code name.weight} [in, out] and {@code name.bias}. */
    String affine(String input, String name, float[] weight, int in, int out) {
        String product = graph.node(
                "MatMul", name + ".product", List.of(input, graph.floats(name + ".weight", weight, in, out)));
        return graph.node("Add", name, List.of(product, graph.floats(name + ".bias", new float[out], out)));
    }

    /** As {@link #affine} for rows of features, with a given name for the result. */
    String head(String input, String name, String output, float[] weight, int in, int out) {
        return graph.node(
                "Gemm",
                output,
                List.of(
                        input,
                        graph.floats(name + ".weight", weight, in, out),
                        graph.floats(name + ".bias", new float[out], out)));
    }

    /**
     * [batch, tokens, dim] to [batch, dim].
     *
     * @param mask which tokens count, whole numbers or floats [batch, tokens]; {@code null}: all
     */
    String pool(String hidden, @Nullable String mask, String name, Pooling pooling, int dim) {
        if (pooling == Pooling.FIRST) {
            String first = graph.node(
                    "Gather", name + ".first", List.of(hidden, graph.longs(name + ".index", 0)), attribute("axis", 1L));
            return graph.node("Reshape", name, List.of(first, graph.longs(name + ".shape", 0, dim)));
        }
        if (mask == null) {
            return reduceMean(hidden, name, 1, false);
        }
        String counted = graph.node(
                "Cast", name + ".mask", List.of(mask), attribute("to", (long) TensorProto.DataType.FLOAT.getNumber()));
        String column = graph.opset() >= 13
                ? graph.node("Unsqueeze", name + ".column", List.of(counted, graph.longs(name + ".column.axes", 2)))
                : graph.node("Unsqueeze", name + ".column", List.of(counted), longsAttribute("axes", List.of(2L)));
        String kept = graph.node("Mul", name + ".kept", List.of(hidden, column));
        String sum = reduceSum(kept, name + ".sum", 1, false);
        String count = reduceSum(counted, name + ".count", 1, true);
        String least = graph.node(
                "Max", name + ".divisor", List.of(count, graph.floats(name + ".least", new float[] {1e-9f}, 1)));
        return graph.node("Div", name, List.of(sum, least));
    }

    private String reduceMean(String input, String name, long axis, boolean keep) {
        return reduce("ReduceMean", 18, input, name, axis, keep);
    }

    private String reduceSum(String input, String name, long axis, boolean keep) {
        return reduce("ReduceSum", 13, input, name, axis, keep);
    }

    /** @param axesAsInput the operator set since which the axes are an input and no attribute */
    private String reduce(String operator, int axesAsInput, String input, String name, long axis, boolean keep) {
        var keepDimensions = attribute("keepdims", keep ? 1L : 0L);
        return graph.opset() >= axesAsInput
                ? graph.node(operator, name, List.of(input, graph.longs(name + ".axes", axis)), keepDimensions)
                : graph.node(operator, name, List.of(input), longsAttribute("axes", List.of(axis)), keepDimensions);
    }

    /** Numbers of a normal distribution that is cut at two deviations. */
    static float[] gaussian(int count, double deviation, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            double value;
            do {
                value = random.nextGaussian();
            } while (Math.abs(value) > 2);
            values[i] = (float) (deviation * value);
        }
        return values;
    }
}
