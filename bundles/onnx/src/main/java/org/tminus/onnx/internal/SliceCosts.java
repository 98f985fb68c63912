/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.tminus.onnx.Cost;
import org.tminus.onnx.OnnxFormatException;

/** Costs of parts that are given by names. */
public final class SliceCosts {
    private SliceCosts() {}

    /** The whole graph. */
    public static Cost whole(Graph graph, CostModel costs) {
        List<Integer> outputs = graph.outputs().stream()
                .map(output -> graph.id(output.getName()))
                .toList();
        return costs.of(Slice.between(graph, new BitSet(), outputs), outputs, "the model");
    }

    /** What lies between given values and outputs. */
    public static Cost between(Graph graph, CostModel costs, List<String> given, List<String> outputs)
            throws OnnxFormatException {
        BitSet stops = new BitSet();
        for (String name : given) {
            stops.set(require(graph, name));
        }
        List<Integer> values = new ArrayList<>();
        for (String name : outputs) {
            values.add(require(graph, name));
        }
        return costs.of(Slice.between(graph, stops, values), values, "a part");
    }

    /** The number of a value that must be there. */
    static int require(Graph graph, String name) throws OnnxFormatException {
        int value = graph.id(name);
        if (value < 0) {
            throw new OnnxFormatException(
                    "The value '" + Names.shown(name) + "' is not in the model.",
                    "Check that the model and its description belong together.");
        }
        return value;
    }
}
