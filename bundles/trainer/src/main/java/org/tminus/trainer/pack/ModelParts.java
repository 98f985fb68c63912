/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pack;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Cost;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.decide.PathCosts;
import org.tminus.trainer.export.OnnxNetwork.ExitWiring;
import org.tminus.trainer.export.VitExporter;

/**
 * The parts of an exported model: what the analysis of its graph found, and what everything costs. There is one way of
 * counting, that of {@code org.tminus.onnx}.
 */
public final class ModelParts {
    private final GraphAnalysis analysis;
    private final List<Cost> exitCosts;

    private ModelParts(GraphAnalysis analysis, List<Cost> exitCosts) {
        this.analysis = analysis;
        this.exitCosts = exitCosts;
    }

    /**
     * Analyses an export.
     *
     * @param exits the exits' graph; {@code null} if there is none
     * @param layers the number of layers that were trained
     * @throws IllegalStateException if the analysis does not find them: then the model could not be run adaptively
     */
    public static ModelParts of(byte[] model, byte @Nullable [] exits, int layers) {
        try {
            GraphAnalysis analysis = GraphAnalysis.analyze(OnnxModel.read(model));
            if (analysis.layers().size() != layers) {
                throw new IllegalStateException("the analysis of the exported model finds "
                        + analysis.layers().size() + " layers instead of " + layers
                        + analysis.obstacle().map(text -> ": " + text).orElse(""));
            }
            java.util.ArrayList<Cost> costs = new java.util.ArrayList<>();
            if (exits != null) {
                OnnxModel heads = OnnxModel.read(exits);
                for (int exit = 1; exit < layers; exit++) {
                    costs.add(GraphAnalysis.cost(heads, List.of(), List.of(VitExporter.exitOutput(exit))));
                }
            }
            costs.add(analysis.tail()
                    .orElseThrow(() -> new IllegalStateException("the exported model has no tail"))
                    .cost());
            return new ModelParts(analysis, List.copyOf(costs));
        } catch (OnnxFormatException e) {
            throw new IllegalStateException("the exported model cannot be analysed: " + e.getMessage(), e);
        }
    }

    /** What was found. */
    public GraphAnalysis analysis() {
        return analysis;
    }

    /** Cost of the head of each exit, the model's own tail last. */
    public List<Cost> exitCosts() {
        return exitCosts;
    }

    /** How the exits are connected. */
    public List<ExitWiring> wiring() {
        java.util.ArrayList<ExitWiring> wiring = new java.util.ArrayList<>();
        for (int exit = 1; exit < exitCosts.size(); exit++) {
            wiring.add(new ExitWiring(
                    analysis.layers().get(exit - 1).output(),
                    VitExporter.exitInput(exit),
                    VitExporter.exitOutput(exit)));
        }
        return wiring;
    }

    /** FLOPs of a model without a sequence. */
    public PathCosts flops() {
        return new PathCosts(
                analysis.stem().map(stem -> flops(stem.cost())).orElse(0L),
                analysis.layers().stream().map(layer -> flops(layer.cost())).toList(),
                exitCosts.stream().map(ModelParts::flops).toList());
    }

    /** FLOPs per row of a whole model without a sequence. */
    public static long totalFlops(byte[] model) {
        try {
            return flops(GraphAnalysis.analyze(OnnxModel.read(model)).total());
        } catch (OnnxFormatException e) {
            throw new IllegalStateException("the exported model cannot be analysed: " + e.getMessage(), e);
        }
    }

    private static long flops(Cost cost) {
        return Math.round(cost.flops().at(0));
    }
}
