/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
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
import org.tminus.trainer.export.OnnxGraph;
import org.tminus.trainer.vit.Mixing;

/**
 * Fresh exit heads: pooling, layer normalisation, a linear map. Exit N follows layer N - 1; its input is
 * {@code exit.N.hidden}, its output {@code exit.N.} and the name of the model's output.
 */
public final class ExitHeads {
    private ExitHeads() {}

    static String input(int exit) {
        return "exit." + exit + ".hidden";
    }

    static String output(int exit, String modelOutput) {
        return "exit." + exit + "." + modelOutput;
    }

    /** Normalised features that the linear map reads. */
    static String features(int exit) {
        return "exit." + exit + ".features";
    }

    /**
     * Makes exits after each layer but the last, which pool as the model does at its end.
     *
     * @param model has layers, and one output of the shape [batch, number]
     * @throws OnnxFormatException if the width of its state or of its output is not known
     */
    public static OnnxModel fresh(OnnxModel model, long seed) throws OnnxFormatException {
        GraphAnalysis analysis = GraphAnalysis.analyze(model);
        int depth = analysis.layers().size();
        ValueInfo output = analysis.signature().outputs().get(0);
        Pooling pooling =
                poolingOf(OnnxSource.of(model), analysis.layers().get(depth - 1).output());
        return of(model, analysis, width(output), pooling, output.name(), seed);
    }

    /** As {@link #fresh}, for a model that is analysed already. */
    static OnnxModel of(
            OnnxModel model, GraphAnalysis analysis, int width, Pooling pooling, String modelOutput, long seed)
            throws OnnxFormatException {
        ValueInfo hidden = analysis.hidden().orElseThrow();
        List<Dimension> shape = hidden.shape();
        List<Object> declared =
                shape == null ? List.of() : shape.stream().map(Dimension::json).toList();
        return build(model, analysis.layers().size() - 1, declared, width(hidden), width, pooling, modelOutput, seed);
    }

    /** The last dimension. */
    private static int width(ValueInfo value) throws OnnxFormatException {
        List<Dimension> shape = value.shape();
        if (shape == null || shape.isEmpty() || !shape.get(shape.size() - 1).isFixed()) {
            throw new OnnxFormatException(
                    "The width of '" + value.name() + "' is not known: " + value + ".",
                    "Export the model with fixed widths.");
        }
        return Math.toIntExact(shape.get(shape.size() - 1).size());
    }

    /**
     * Makes the file of exits.
     *
     * @param count exits inside the model
     * @param dim width of the hidden state
     * @param width of the model's output
     */
    static OnnxModel build(
            OnnxModel model,
            int count,
            List<Object> hiddenShape,
            int dim,
            int width,
            Pooling pooling,
            String modelOutput,
            long seed) {
        OnnxSource source = OnnxSource.of(model);
        OnnxGraph graph = new OnnxGraph("exits", source.opset(""));
        Pieces pieces = new Pieces(graph);
        String mask = pooling == Pooling.MEAN ? Classifier.mask(model) : null;
        if (mask != null) {
            graph.input(declared(source.graph(), mask));
        }
        for (int exit = 1; exit <= count; exit++) {
            graph.input(input(exit), hiddenShape.toArray());
            String pooled = hiddenShape.size() == 2
                    ? input(exit)
                    : pieces.pool(input(exit), mask, "exit." + exit + ".pooled", pooling, dim);
            String features = pieces.norm(pooled, features(exit), dim);
            float[] weights =
                    width == dim ? identity(dim) : Pieces.gaussian(dim * width, 0.02, Mixing.mix(seed, 2, exit));
            String output = output(exit, modelOutput);
            pieces.head(features, "exit." + exit + ".head", output, weights, dim, width);
            graph.output(output, "batch", width);
        }
        try {
            return OnnxModel.read(graph.toBytes(Map.of()));
        } catch (OnnxFormatException e) {
            throw new IllegalStateException("fresh exits are refused: " + e.getMessage(), e);
        }
    }

    /** Where the output is as wide as the state, what a layer knows is the best first guess. */
    private static float[] identity(int dim) {
        float[] matrix = new float[dim * dim];
        for (int i = 0; i < dim; i++) {
            matrix[i * dim + i] = 1;
        }
        return matrix;
    }

    private static ValueInfoProto declared(GraphProto graph, String input) {
        return graph.getInputList().stream()
                .filter(value -> value.getName().equals(input))
                .findFirst()
                .orElseThrow();
    }

    /** How the model's own end pools: what first leaves out or joins tokens after its last hidden state. */
    static Pooling poolingOf(OnnxSource source, @Nullable String lastHidden) {
        Set<String> reached = new HashSet<>();
        if (lastHidden != null) {
            reached.add(lastHidden);
        }
        // Nodes are in the order of computation, so one pass follows every value that comes of the state.
        for (NodeProto node : source.graph().getNodeList()) {
            if (node.getOpType().equals("Shape") || node.getInputList().stream().noneMatch(reached::contains)) {
                continue;
            }
            NodeAttributes attributes = new NodeAttributes(node);
            switch (node.getOpType()) {
                case "Gather" -> {
                    if (attributes.integer("axis", 0) == 1) {
                        return Pooling.FIRST;
                    }
                }
                case "Slice" -> {
                    return Pooling.FIRST;
                }
                case "ReduceMean", "ReduceSum" -> {
                    if (!isOverLast(node, attributes, source)) {
                        return Pooling.MEAN;
                    }
                }
                default -> {
                    // Norms and the like: look further.
                }
            }
            reached.addAll(node.getOutputList());
        }
        return Pooling.MEAN;
    }

    /** A mean over the width belongs to a norm. */
    private static boolean isOverLast(NodeProto node, NodeAttributes attributes, OnnxSource source) {
        long[] axes = attributes.integers("axes");
        if (axes == null && node.getInputCount() > 1) {
            TensorProto tensor = source.initializers().get(node.getInput(1));
            axes = tensor == null ? null : source.longs(tensor);
        }
        return axes != null && axes.length == 1 && (axes[0] == -1 || axes[0] == 2);
    }
}
