/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.List;
import org.tminus.onnx.Dimension;

/** Says in a sentence why nothing in a graph can be skipped. */
public final class Obstacles {
    private Obstacles() {}

    /** Only for graphs in which no layers were found. */
    public static String explain(Graph graph, Samples samples) {
        boolean heavy = false;
        for (int n = 0; n < graph.nodes().size(); n++) {
            heavy |= graph.isNeeded(n) && Flops.isHeavy(graph.nodes().get(n).op());
        }
        if (!heavy) {
            return "The graph has no matrix products or convolutions, so it has no transformer layers that could be skipped.";
        }
        int candidates = 0;
        int batchFirst = 0;
        for (int value = 0; value < graph.valueCount(); value++) {
            if (graph.producer(value) >= 0 && graph.isVariable(value) && Types.isFloating(samples.type(value))) {
                List<Dimension> dims = samples.dimensions(value);
                candidates += dims != null && dims.size() >= 2 ? 1 : 0;
                batchFirst += dims != null && dims.size() >= 2 && samples.isBatchFirst(dims) ? 1 : 0;
            }
        }
        List<String> notes = samples.notes();
        String because = notes.isEmpty() ? "" : " (first: " + notes.get(0) + ")";
        if (candidates == 0) {
            return "The sizes of the values inside could not be found" + because + ", so no part can be cut out.";
        }
        if (batchFirst == 0) {
            return "No value inside has the batch as its first dimension, so no part can be run on its own.";
        }
        Cuts best = null;
        for (int value = 0; value < graph.valueCount() && value < 2000; value++) {
            if (graph.isVariable(value) && (graph.producer(value) < 0 || Types.isFloating(samples.type(value)))) {
                Cuts cuts = Cuts.from(graph, value, false);
                if (best == null || cuts.count() > best.count()) {
                    best = cuts;
                }
            }
        }
        if (best == null || best.count() < 3) {
            int value =
                    best == null ? -1 : best.byProduct(graph, -1, graph.nodes().size());
            return "There is no place where a single value carries all that later parts need"
                    + (value < 0
                            ? ""
                            : ": the value '" + Names.shown(graph.name(value)) + "', made by "
                                    + graph.nodes().get(graph.producer(value)).label()
                                    + ", is read across the whole graph")
                    + ", so no part can be left out.";
        }
        return "The graph can be cut at " + (best.count() - 1)
                + " places, but no part between two values of the same shape repeats, so there are no layers that could be skipped"
                + because + ".";
    }
}
