/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Dimension;

/** Says in a sentence why nothing in a graph can be skipped. */
public final class Obstacles {
    private static final int MOST_ROOTS = 500;

    /** Bounds the time for large graphs: operators visited in all. */
    private static final int VISITS = 2_000_000;

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
            if (graph.producer(value) >= 0 && graph.isVariable(value) && samples.isState(value)) {
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
        int places = -1;
        int products = products(graph, null)[graph.nodes().size()];
        int left = Math.max(
                8, Math.min(MOST_ROOTS, VISITS / Math.max(1, graph.nodes().size())));
        for (int value = 0; value < graph.valueCount() && left > 0; value++) {
            if (graph.isVariable(value) && (graph.producer(value) < 0 || samples.isState(value))) {
                left--;
                Cuts cuts = Cuts.from(graph, value, false);
                int[] before = products(graph, cuts);
                int inside = before[before.length - 1];
                // A root near the end sees too little of the graph to say anything about it.
                if (2 * inside >= products && places(cuts, before) > places) {
                    best = cuts;
                    places = places(cuts, before);
                }
            }
        }
        if (places < 1) {
            int value =
                    best == null ? -1 : best.byProduct(graph, -1, graph.nodes().size() - 2);
            return "There is no place where a single value carries all that later parts need"
                    + (value < 0
                            ? ""
                            : ": the value '" + Names.shown(graph.name(value)) + "', made by "
                                    + graph.nodes().get(graph.producer(value)).label() + ", is read far behind it")
                    + ", so no part can be left out.";
        }
        return "The graph can be cut at " + places + (places == 1 ? " place" : " places")
                + ", but no part between two values of the same shape repeats, so there are no layers that could be skipped"
                + because + ".";
    }

    /** Cuts with large products on both sides. */
    private static int places(Cuts cuts, int[] before) {
        int places = 0;
        for (int i = 1; i < cuts.count(); i++) {
            int count = before[cuts.ends().get(i) + 1];
            places += count > 0 && count < before[before.length - 1] ? 1 : 0;
        }
        return places;
    }

    /** For each operator how many large products come before it, last the number of all; only those of a body if there is one. */
    private static int[] products(Graph graph, @Nullable Cuts cuts) {
        int[] before = new int[graph.nodes().size() + 1];
        for (int n = 0; n + 1 < before.length; n++) {
            boolean counts = cuts == null ? graph.isNeeded(n) : cuts.body().get(n);
            before[n + 1] =
                    before[n] + (counts && Flops.isHeavy(graph.nodes().get(n).op()) ? 1 : 0);
        }
        return before;
    }
}
