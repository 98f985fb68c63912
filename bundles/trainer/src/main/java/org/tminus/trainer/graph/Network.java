/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.ValueInfo;
import org.tminus.trainer.graph.TorchGraph.Part;

/**
 * A model and its exits, cut into the parts that paths are made of. Immutable, safe for several threads; owns the native
 * memory of the frozen weights until it is closed.
 */
final class Network implements AutoCloseable {
    private final TorchGraph model;
    private final @Nullable TorchGraph exits;
    private final GraphAnalysis analysis;
    private final String output;
    private final int width;
    private final @Nullable Pooling pooling;
    private final @Nullable String mask;
    private final @Nullable String features;

    private final Part stem;
    private final List<Part> layers = new ArrayList<>();
    private final Part tail;
    private final List<Part> exitParts = new ArrayList<>();

    /** @param exitPooling how exits pool; {@code null}: as the model does */
    Network(OnnxModel onnx, boolean withExits, @Nullable Pooling exitPooling, long seed) throws OnnxFormatException {
        analysis = GraphAnalysis.analyze(onnx);
        List<ValueInfo> outputs = analysis.signature().outputs();
        ValueInfo only = outputs.get(0);
        List<Dimension> shape = only.shape();
        if (outputs.size() != 1
                || shape == null
                || shape.size() != 2
                || !shape.get(1).isFixed()) {
            throw new OnnxFormatException(
                    "A model for training has one output of the shape [batch, number], this one has " + outputs + ".",
                    "Attach a head, or drop the other outputs.");
        }
        output = only.name();
        width = Math.toIntExact(shape.get(1).size());
        mask = Classifier.mask(onnx);
        OnnxSource source = OnnxSource.of(onnx);
        int depth = analysis.layers().size();
        String last = depth == 0 ? null : analysis.layers().get(depth - 1).output();
        features = penultimate(source, last);

        Set<String> kept = new HashSet<>();
        if (features != null) {
            kept.add(features);
        }
        analysis.stem().ifPresent(part -> {
            kept.add(part.output());
            kept.addAll(part.sideValues());
        });
        analysis.layers().forEach(layer -> {
            kept.add(layer.input());
            kept.add(layer.output());
        });
        model = TorchGraph.of(onnx, kept);
        try {
            if (last == null) {
                stem = model.part(List.of(), List.of());
                tail = model.part(List.of(), List.of(output));
            } else {
                GraphAnalysis.Stem first = analysis.stem().orElseThrow();
                List<String> wanted = new ArrayList<>(first.sideValues());
                wanted.add(first.output());
                stem = model.part(List.of(), wanted);
                for (GraphAnalysis.Layer layer : analysis.layers()) {
                    layers.add(model.part(given(first, layer.input()), List.of(layer.output())));
                }
                tail = model.part(given(first, last), features == null ? List.of(output) : List.of(output, features));
            }
            if (withExits && depth > 1) {
                pooling = exitPooling == null ? ExitHeads.poolingOf(source, last) : exitPooling;
                exits = exits(onnx, depth - 1, pooling, seed);
            } else {
                pooling = exitPooling;
                exits = null;
            }
        } catch (OnnxFormatException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private TorchGraph exits(OnnxModel onnx, int count, Pooling kind, long seed) throws OnnxFormatException {
        OnnxModel heads = ExitHeads.of(onnx, analysis, width, kind, output, seed);
        Set<String> kept = new HashSet<>();
        for (int exit = 1; exit <= count; exit++) {
            kept.add(ExitHeads.features(exit));
        }
        TorchGraph graph = TorchGraph.of(heads, kept);
        for (int exit = 1; exit <= count; exit++) {
            exitParts.add(graph.part(
                    List.of(ExitHeads.input(exit)), List.of(ExitHeads.output(exit, output), ExitHeads.features(exit))));
        }
        return graph;
    }

    private static List<String> given(GraphAnalysis.Stem stem, String state) {
        List<String> given = new ArrayList<>(stem.sideValues());
        given.add(state);
        return given;
    }

    /** The features that the last product before the output reads; {@code null} if the end of the model is no such thing. */
    private static @Nullable String penultimate(OnnxSource source, @Nullable String lastHidden) {
        if (lastHidden == null) {
            return null;
        }
        Map<String, NodeProto> producers = new HashMap<>();
        source.graph().getNodeList().forEach(node -> node.getOutputList().forEach(name -> producers.put(name, node)));
        String at = source.graph().getOutput(0).getName();
        while (!at.equals(lastHidden)) {
            NodeProto node = producers.get(at);
            if (node == null) {
                return null;
            }
            String next = node.getInputList().stream()
                    .filter(name -> !source.initializers().containsKey(name))
                    .findFirst()
                    .orElse(null);
            switch (node.getOpType()) {
                case "Gemm", "MatMul" -> {
                    return next == null || next.equals(lastHidden) ? null : next;
                }
                case "Add", "Identity" -> {
                    if (next == null) {
                        return null;
                    }
                    at = next;
                }
                default -> {
                    return null;
                }
            }
        }
        return null;
    }

    /** Weights that only the model's end reads. */
    Set<String> tailWeights() {
        Set<String> found = new HashSet<>();
        if (analysis.layers().isEmpty()) {
            return found;
        }
        Map<String, NodeProto> producers = new HashMap<>();
        OnnxSource source = model.source();
        source.graph().getNodeList().forEach(node -> node.getOutputList().forEach(name -> producers.put(name, node)));
        GraphAnalysis.Stem first = analysis.stem().orElseThrow();
        Set<String> seen = new HashSet<>(given(first, lastHidden()));
        Deque<String> open = new ArrayDeque<>(List.of(output));
        while (!open.isEmpty()) {
            String name = open.pop();
            if (!seen.add(name)) {
                continue;
            }
            if (source.initializers().containsKey(name)) {
                found.add(name);
            }
            NodeProto node = producers.get(name);
            if (node != null) {
                node.getInputList().forEach(open::push);
            }
        }
        return found;
    }

    private String lastHidden() {
        return analysis.layers().get(analysis.layers().size() - 1).output();
    }

    TorchGraph model() {
        return model;
    }

    @Nullable
    TorchGraph exits() {
        return exits;
    }

    GraphAnalysis analysis() {
        return analysis;
    }

    String output() {
        return output;
    }

    /** Width of the output: classes, or the length of an embedding. */
    int width() {
        return width;
    }

    /** Exits inside the model. */
    int exitCount() {
        return exitParts.size();
    }

    int layerCount() {
        return layers.size();
    }

    /** How exits pool; {@code null} if there are none and nobody said. */
    @Nullable
    Pooling pooling() {
        return pooling;
    }

    @Nullable
    String mask() {
        return mask;
    }

    @Nullable
    String features() {
        return features;
    }

    Part stem() {
        return stem;
    }

    Part layer(int index) {
        return layers.get(index);
    }

    Part tail() {
        return tail;
    }

    Part exit(int number) {
        return exitParts.get(number - 1);
    }

    @Override
    public void close() {
        model.close();
        if (exits != null) {
            exits.close();
        }
    }
}
