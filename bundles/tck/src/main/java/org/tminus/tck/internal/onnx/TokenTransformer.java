/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.onnx;

import java.util.List;

/**
 * Sequences of tokens of free length with a mask that every layer reads as a side value, normalisation after each half
 * of a layer, answers from the mean over tokens, exits that read the mask.
 */
final class TokenTransformer extends Transformer {
    static final int VOCABULARY = 50;
    static final String MASK = "mask.bias";

    @Override
    void inputs(GraphWriter graph) {
        graph.input("input_ids", GraphWriter.INT64, "batch", "length");
        graph.input("attention_mask", GraphWriter.INT64, "batch", "length");
    }

    @Override
    String stem(GraphWriter graph) {
        String mask = graph.node("Cast", List.of("attention_mask"), GraphWriter.attribute("to", GraphWriter.FLOAT));
        String missing = graph.node("Sub", List.of(graph.number("mask.one", 1), mask));
        String bias = graph.node("Mul", List.of(missing, graph.number("mask.low", -10_000)));
        graph.node("Unsqueeze", List.of(bias, graph.longs("mask.axes", 1, 2)), MASK);
        String embedded = graph.node("Gather", List.of(graph.weight("words", VOCABULARY, WIDTH), "input_ids"));
        return normalise(graph, embedded, "embeddings", STEM);
    }

    @Override
    String layer(GraphWriter graph, String input, int layer, String output) {
        String part = "tokens." + layer;
        String attended = attention(graph, input, part, MASK);
        String middle = normalise(graph, graph.node("Add", List.of(input, attended)), part + ".norm1");
        String fed = narrow(graph, graph.node("Relu", List.of(wide(graph, middle, part))), part);
        return normalise(graph, graph.node("Add", List.of(middle, fed)), part + ".norm2", output);
    }

    @Override
    void head(GraphWriter graph, String input, String part, String prefix) {
        String mask = graph.node("Cast", List.of("attention_mask"), GraphWriter.attribute("to", GraphWriter.FLOAT));
        String column = graph.node("Unsqueeze", List.of(mask, graph.longs(part + ".column", 2)));
        String kept = graph.node("Mul", List.of(input, column));
        String axes = graph.longs(part + ".axes", 1);
        String sum = graph.node("ReduceSum", List.of(kept, axes), GraphWriter.attribute("keepdims", 0));
        String count = graph.node("ReduceSum", List.of(column, axes), GraphWriter.attribute("keepdims", 0));
        classify(graph, graph.node("Div", List.of(sum, count)), part, prefix + "logits");
    }

    @Override
    void headInputs(GraphWriter graph, String hidden) {
        graph.input(hidden, GraphWriter.FLOAT, "batch", "length", WIDTH);
    }

    @Override
    void outputs(GraphWriter graph, String prefix) {
        graph.output(prefix + "logits", GraphWriter.FLOAT, "batch", CLASSES);
    }
}
