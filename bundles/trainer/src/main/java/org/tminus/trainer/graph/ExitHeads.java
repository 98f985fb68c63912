/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.export.OnnxGraph;
import org.tminus.trainer.vit.Mixing;

/**
 * Fresh exit heads: pooling, layer normalisation, a linear map. Exit N follows layer N - 1; its input is
 * {@code exit.N.hidden}, its output {@code exit.N.} and the name of the model's output.
 */
final class ExitHeads {
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

    /** How the model's own end pools: what it does to its last hidden state first. */
    static Pooling poolingOf(GraphProto graph, @Nullable String lastHidden) {
        for (NodeProto node : graph.getNodeList()) {
            if (!node.getInputList().contains(lastHidden)) {
                continue;
            }
            // A mean is either a reduction or, with a mask, a product that is summed up later.
            if (node.getOpType().equals("Gather") || node.getOpType().equals("Slice")) {
                return Pooling.FIRST;
            }
            if (node.getOpType().equals("LayerNormalization")) {
                return poolingOf(graph, node.getOutput(0));
            }
        }
        return Pooling.MEAN;
    }
}
