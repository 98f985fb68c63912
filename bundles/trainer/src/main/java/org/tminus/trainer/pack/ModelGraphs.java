/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pack;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.AdaptiveParts;
import org.tminus.evaluation.EvaluationException;
import org.tminus.onnx.Cost;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.ValueInfo;
import org.tminus.trainer.export.OnnxNetwork;

/**
 * A model in training and its exits as graphs: what the analysis found, how exits are connected, what everything costs.
 * There is one way of counting, that of {@code org.tminus.onnx}. Immutable.
 *
 * <p>Exit <i>N</i>, counted from 1, follows layer <i>N</i> − 1. Its graph reads {@code exit.N.hidden} and answers the model's
 * outputs under the names {@code exit.N.OUTPUT}; side values and inputs have their own names.
 */
public final class ModelGraphs {
    private final OnnxModel model;
    private final @Nullable OnnxModel exits;
    private final GraphAnalysis analysis;
    private final Map<Integer, ExitSpec> heads;
    private final Map<Integer, Cost> headCosts;

    private ModelGraphs(
            OnnxModel model,
            @Nullable OnnxModel exits,
            GraphAnalysis analysis,
            Map<Integer, ExitSpec> heads,
            Map<Integer, Cost> headCosts) {
        this.model = model;
        this.exits = exits;
        this.analysis = analysis;
        this.heads = heads;
        this.headCosts = headCosts;
    }

    /**
     * Analyses a model whose weights are inside its file.
     *
     * @param exits the exits' graph; {@code null} if there are none
     * @throws IllegalArgumentException if nothing of it can be skipped, with the reason, or a graph cannot be read
     */
    public static ModelGraphs of(byte[] model, byte @Nullable [] exits) {
        try {
            return of(OnnxModel.read(model), exits == null ? null : OnnxModel.read(exits));
        } catch (OnnxFormatException e) {
            throw new IllegalArgumentException("the model cannot be read: " + e.getMessage(), e);
        }
    }

    /** As {@link #of(byte[], byte[])} for graphs that are read already. */
    public static ModelGraphs of(OnnxModel model, @Nullable OnnxModel exits) {
        try {
            GraphAnalysis analysis = GraphAnalysis.analyze(model);
            if (analysis.layers().isEmpty()) {
                throw new IllegalArgumentException(analysis.obstacle().orElse("the model has no layers"));
            }
            Map<Integer, ExitSpec> heads = new LinkedHashMap<>();
            Map<Integer, Cost> costs = new HashMap<>();
            if (exits != null) {
                for (int layer = 0; layer < analysis.layers().size() - 1; layer++) {
                    Map<String, String> outputs = outputs(exits, prefix(layer));
                    if (!outputs.isEmpty()) {
                        heads.put(layer, new ExitSpec("exit." + (layer + 1), false, prefix(layer) + "hidden", outputs));
                        costs.put(layer, GraphAnalysis.cost(exits, List.of(), List.copyOf(outputs.values())));
                    }
                }
            }
            return new ModelGraphs(model, exits, analysis, heads, costs);
        } catch (OnnxFormatException e) {
            throw new IllegalArgumentException("the model cannot be analysed: " + e.getMessage(), e);
        }
    }

    private static String prefix(int layer) {
        return "exit." + (layer + 1) + ".";
    }

    private static Map<String, String> outputs(OnnxModel exits, String prefix) {
        Map<String, String> outputs = new LinkedHashMap<>();
        for (ValueInfo output : exits.outputs()) {
            if (output.name().startsWith(prefix)) {
                outputs.put(output.name().substring(prefix.length()), output.name());
            }
        }
        return outputs;
    }

    public OnnxModel model() {
        return model;
    }

    /** The exits' graph; {@code null} if there are none. */
    public @Nullable OnnxModel exits() {
        return exits;
    }

    public GraphAnalysis analysis() {
        return analysis;
    }

    /** How many layers there are; at least 1. */
    public int layers() {
        return analysis.layers().size();
    }

    /** The exits of the exits' graph by the number of the layer that they follow, ascending. */
    Map<Integer, ExitSpec> heads() {
        return heads;
    }

    /** The cost of the exit after a layer; the model's own end after the last. */
    Cost exitCost(int layer) {
        Cost cost = headCosts.get(layer);
        return cost == null ? tail().cost() : cost;
    }

    GraphAnalysis.Tail tail() {
        return analysis.tail().orElseThrow(() -> new IllegalArgumentException("the model has no end of its own"));
    }

    /** The name of the exit after a layer, as model files have it. */
    public String exitId(int layer) {
        return layer == layers() - 1 ? "final" : "exit." + (layer + 1);
    }

    /** Numbers of the layers that an exit follows, ascending; the last layer is the last. */
    public List<Integer> exitLayers() {
        List<Integer> numbers = new ArrayList<>(heads.keySet());
        numbers.add(layers() - 1);
        return numbers;
    }

    /** How the exits are connected, for {@link OnnxNetwork}. */
    public List<OnnxNetwork.ExitWiring> wiring() {
        List<OnnxNetwork.ExitWiring> wiring = new ArrayList<>();
        heads.forEach((layer, head) -> wiring.add(new OnnxNetwork.ExitWiring(
                analysis.layers().get(layer).output(),
                head.input(),
                head.outputs().values().iterator().next())));
        return wiring;
    }

    /** The parts in the form that runs every path. */
    public AdaptiveParts parts() {
        try {
            return AdaptiveParts.of(model, exits, analysis, heads);
        } catch (EvaluationException | OnnxFormatException e) {
            throw new IllegalArgumentException("the model cannot be cut: " + e.getMessage(), e);
        }
    }

    /**
     * FLOPs of the whole model for one row.
     *
     * @param length of its sequence, 0 for none
     */
    public double totalFlops(int length) {
        return analysis.total().flops().at(length);
    }
}
