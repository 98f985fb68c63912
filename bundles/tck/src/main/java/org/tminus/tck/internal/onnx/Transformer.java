/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.onnx;

import java.util.List;

/**
 * The graph of a small transformer, part by part. Parts that are put together in another order or left out keep their
 * weights, so that the graph of any path can be written down as a whole, without cutting anything.
 */
abstract class Transformer {
    static final int LAYERS = 4;
    static final int WIDTH = 16;
    static final int CLASSES = 7;
    static final String STEM = "stem.out";

    private static final int HEADS = 2;
    private static final int WIDE = 2 * WIDTH;

    /** Declares the model's inputs. */
    abstract void inputs(GraphWriter graph);

    /** Inputs to hidden state, and side values; @return {@link #STEM}. */
    abstract String stem(GraphWriter graph);

    /** @param output the name of the value that the layer makes */
    abstract String layer(GraphWriter graph, String input, int layer, String output);

    /**
     * The part that answers.
     *
     * @param part the name of its weights
     * @param prefix of the names of its outputs
     */
    abstract void head(GraphWriter graph, String input, String part, String prefix);

    /** Declares what {@link #head} reads besides the hidden state, in a graph of its own. */
    abstract void headInputs(GraphWriter graph, String hidden);

    /** Declares the outputs of {@link #head}. */
    abstract void outputs(GraphWriter graph, String prefix);

    static String layerOutput(int layer) {
        return "layer." + layer + ".out";
    }

    /** Inputs, stem and these layers; @return the hidden state. */
    final String body(GraphWriter graph, List<Integer> layers) {
        inputs(graph);
        String hidden = stem(graph);
        for (int layer : layers) {
            hidden = layer(graph, hidden, layer, layerOutput(layer));
        }
        return hidden;
    }

    static String normalise(GraphWriter graph, String input, String part) {
        return normalise(graph, input, part, "normal." + part);
    }

    static String normalise(GraphWriter graph, String input, String part, String output) {
        String scale = graph.scale(part + ".gamma", WIDTH);
        String shift = graph.weight(part + ".beta", WIDTH);
        return graph.node(
                "LayerNormalization", List.of(input, scale, shift), output, GraphWriter.attribute("axis", -1));
    }

    /** @param mask the name of what is added to the scores; empty for nothing */
    static String attention(GraphWriter graph, String input, String part, String mask) {
        String all = graph.node("MatMul", List.of(input, graph.weight(part + ".qkv", WIDTH, 3 * WIDTH)));
        String sizes = graph.longs(part + ".thirds", WIDTH, WIDTH, WIDTH);
        List<String> thirds = List.of(part + ".q", part + ".k", part + ".v");
        graph.node("Split", List.of(all, sizes), thirds, GraphWriter.attribute("axis", 2));
        String heads = graph.longs(part + ".heads", 0, 0, HEADS, WIDTH / HEADS);
        String query = turned(graph, thirds.get(0), heads, 0, 2, 1, 3);
        String key = turned(graph, thirds.get(1), heads, 0, 2, 3, 1);
        String value = turned(graph, thirds.get(2), heads, 0, 2, 1, 3);
        String raw = graph.node("MatMul", List.of(query, key));
        float scale = (float) (1 / Math.sqrt((double) WIDTH / HEADS));
        String scores = graph.node("Mul", List.of(raw, graph.number(part + ".scale", scale)));
        String masked = mask.isEmpty() ? scores : graph.node("Add", List.of(scores, mask));
        String weights = graph.node("Softmax", List.of(masked), GraphWriter.attribute("axis", -1));
        String mixed = graph.node("MatMul", List.of(weights, value));
        String back = graph.node("Transpose", List.of(mixed), GraphWriter.attribute("perm", new long[] {0, 2, 1, 3}));
        String joined = graph.node("Reshape", List.of(back, graph.longs(part + ".joined", 0, 0, WIDTH)));
        return graph.node("MatMul", List.of(joined, graph.weight(part + ".proj", WIDTH, WIDTH)));
    }

    private static String turned(GraphWriter graph, String input, String heads, long... order) {
        String split = graph.node("Reshape", List.of(input, heads));
        return graph.node("Transpose", List.of(split), GraphWriter.attribute("perm", order));
    }

    static String wide(GraphWriter graph, String input, String part) {
        String wide = graph.node("MatMul", List.of(input, graph.weight(part + ".fc1", WIDTH, WIDE)));
        return graph.node("Add", List.of(wide, graph.weight(part + ".fc1.bias", WIDE)));
    }

    static String narrow(GraphWriter graph, String input, String part) {
        return graph.node("MatMul", List.of(input, graph.weight(part + ".fc2", WIDE, WIDTH)));
    }

    static void classify(GraphWriter graph, String pooled, String part, String output) {
        String scores = graph.node("MatMul", List.of(pooled, graph.weight(part + ".head", WIDTH, CLASSES)));
        graph.node("Add", List.of(scores, graph.weight(part + ".head.bias", CLASSES)), output);
    }
}
