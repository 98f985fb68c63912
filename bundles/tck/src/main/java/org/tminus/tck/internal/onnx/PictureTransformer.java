/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.onnx;

import java.util.List;

/** Pictures of a fixed size, normalisation before each half of a layer, answers from the first token, two outputs. */
final class PictureTransformer extends Transformer {
    static final int TOKENS = 6;
    static final int PATCH = 8;

    @Override
    void inputs(GraphWriter graph) {
        graph.input("pixels", GraphWriter.FLOAT, "batch", 1, TOKENS, PATCH);
    }

    @Override
    String stem(GraphWriter graph) {
        String flat = graph.node("Reshape", List.of("pixels", graph.longs("patches", -1, TOKENS, PATCH)));
        String embedded = graph.node("MatMul", List.of(flat, graph.weight("embed", PATCH, WIDTH)));
        return graph.node("Add", List.of(embedded, graph.weight("positions", TOKENS, WIDTH)), STEM);
    }

    @Override
    String layer(GraphWriter graph, String input, int layer, String output) {
        String part = "layer." + layer;
        String attended = attention(graph, normalise(graph, input, part + ".norm1"), part, "");
        String middle = graph.node("Add", List.of(input, attended));
        String wide = wide(graph, normalise(graph, middle, part + ".norm2"), part);
        String fed = narrow(graph, gelu(graph, wide, part), part);
        return graph.node("Add", List.of(middle, fed), output);
    }

    /** As exporters write it: x / 2 · (1 + erf(x / √2)). */
    private static String gelu(GraphWriter graph, String input, String part) {
        String scaled = graph.node("Div", List.of(input, graph.number(part + ".root", (float) Math.sqrt(2))));
        String erf = graph.node("Erf", List.of(scaled));
        String shifted = graph.node("Add", List.of(erf, graph.number(part + ".one", 1)));
        String product = graph.node("Mul", List.of(input, shifted));
        return graph.node("Mul", List.of(product, graph.number(part + ".half", 0.5f)));
    }

    @Override
    void head(GraphWriter graph, String input, String part, String prefix) {
        String first = graph.node(
                "Gather", List.of(input, graph.scalar(part + ".first", 0)), GraphWriter.attribute("axis", 1));
        String embedding = normalise(graph, first, part + ".norm", prefix + "embedding");
        classify(graph, embedding, part, prefix + "logits");
    }

    @Override
    void headInputs(GraphWriter graph, String hidden) {
        graph.input(hidden, GraphWriter.FLOAT, "batch", TOKENS, WIDTH);
    }

    @Override
    void outputs(GraphWriter graph, String prefix) {
        graph.output(prefix + "logits", GraphWriter.FLOAT, "batch", CLASSES);
        graph.output(prefix + "embedding", GraphWriter.FLOAT, "batch", WIDTH);
    }
}
