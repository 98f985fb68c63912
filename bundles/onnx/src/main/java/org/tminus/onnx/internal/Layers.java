/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Dimension;

/**
 * Finds the repeated layers of a graph: over all roots from which cuts can be taken, the sequence of parts that repeats and makes up most of the
 * computation.
 */
public final class Layers {
    /** Longest repetition looked for, in parts between cuts. */
    private static final int LONGEST_PERIOD = 512;

    /** Bounds the time for graphs that offer very many roots: operators visited in all. */
    private static final long VISITS = 4_000_000L;

    private final Graph graph;
    private final Samples samples;
    private final Fingerprints fingerprints;
    private final double[] flops;
    private final Map<String, Integer> shapeNumbers = new HashMap<>();

    /** A range of a chain of cuts; {@code skippable} is false for a part between layers that does not repeat them. */
    record Range(int from, int to, boolean skippable) {}

    /** The best chain of cuts and the layers in it. */
    static final class Found {
        private final Cuts cuts;
        private final List<Range> layers;
        private final double flops;

        Found(Cuts cuts, List<Range> layers, double flops) {
            this.cuts = cuts;
            this.layers = List.copyOf(layers);
            this.flops = flops;
        }

        Cuts cuts() {
            return cuts;
        }

        List<Range> layers() {
            return layers;
        }

        /** FLOPs of the skippable layers at the sampled size. */
        double flops() {
            return flops;
        }
    }

    Layers(Graph graph, Samples samples) {
        this.graph = graph;
        this.samples = samples;
        this.fingerprints = new Fingerprints(graph, samples.reference());
        flops = new double[graph.nodes().size()];
        for (int n = 0; n < flops.length; n++) {
            double count = Flops.of(samples.longestRow(), graph.nodes().get(n));
            flops[n] = Double.isNaN(count) ? 0 : count;
        }
    }

    /** The best choice; null if nothing repeats. */
    @Nullable
    Found find() {
        Found best = null;
        long visited = 0;
        boolean[] settled = new boolean[graph.valueCount()];
        int lastHeavy = -1;
        double[] ahead = new double[flops.length + 1];
        for (int n = flops.length - 1; n >= 0; n--) {
            ahead[n] = ahead[n + 1] + flops[n];
            if (lastHeavy < 0 && Flops.isHeavy(graph.nodes().get(n).op())) {
                lastHeavy = n;
            }
        }
        for (int root : roots()) {
            int first = graph.producer(root) + 1;
            // What lies ahead bounds what can be found there.
            if (settled[root] || first > lastHeavy || (best != null && ahead[first] <= best.flops * (1 + 1e-9))) {
                continue;
            }
            for (boolean shapeIsSide : new boolean[] {false, true}) {
                visited += graph.nodes().size();
                if (visited > VISITS && best != null) {
                    return best;
                }
                if (visited > 2 * VISITS) {
                    return null;
                }
                Found found = layersOf(Cuts.from(graph, root, shapeIsSide));
                if (found != null && (best == null || found.flops > best.flops * (1 + 1e-9))) {
                    best = found;
                    // A later root on the same chain sees only a part of what this one saw.
                    for (int value : found.cuts.values()) {
                        settled[value] = true;
                    }
                }
                if (!readsShape(root)) {
                    break;
                }
            }
        }
        return best;
    }

    private boolean readsShape(int root) {
        for (int n : graph.consumers(root)) {
            if (graph.nodes().get(n).is("Shape")) {
                return true;
            }
        }
        return false;
    }

    /** Values that a chain may start from: inputs, then results in order. */
    private List<Integer> roots() {
        List<Integer> roots = new ArrayList<>();
        for (ValueInfoProto input : graph.inputs()) {
            roots.add(graph.id(input.getName()));
        }
        for (int n = 0; n < graph.nodes().size(); n++) {
            if (graph.isNeeded(n)) {
                for (int value : graph.nodes().get(n).outputs()) {
                    if (value >= 0 && graph.isVariable(value) && shapeNumber(value) >= 0) {
                        roots.add(value);
                    }
                }
            }
        }
        return roots;
    }

    /** Equal for values of the same type and shape; -1 if the value cannot be the state between layers. */
    private int shapeNumber(int value) {
        if (!samples.isState(value)) {
            return -1;
        }
        int type = samples.type(value);
        List<Dimension> dims = samples.dimensions(value);
        if (dims == null || dims.size() < 2 || !samples.isBatchFirst(dims)) {
            return -1;
        }
        return shapeNumbers.computeIfAbsent(type + ":" + dims, key -> shapeNumbers.size());
    }

    private @Nullable Found layersOf(Cuts cuts) {
        int parts = cuts.count() - 1;
        if (parts < 2) {
            return null;
        }
        int[] kind = new int[parts];
        double[] cost = new double[parts];
        boolean[] heavy = new boolean[parts];
        int[] shapes = new int[parts + 1];
        for (int i = 0; i <= parts; i++) {
            shapes[i] = shapeNumber(cuts.values().get(i));
        }
        for (int i = 0; i < parts; i++) {
            kind[i] = fingerprints.of(cuts, i);
            for (int n = cuts.body().nextSetBit(cuts.ends().get(i) + 1);
                    n >= 0 && n <= cuts.ends().get(i + 1);
                    n = cuts.body().nextSetBit(n + 1)) {
                cost[i] += flops[n];
                heavy[i] |= Flops.isHeavy(graph.nodes().get(n).op());
            }
        }
        double[] sums = new double[parts + 1];
        for (int i = 0; i < parts; i++) {
            sums[i + 1] = sums[i] + cost[i];
        }
        int bestStart = -1;
        int bestPeriod = 0;
        double bestCost = 0;
        for (int period = 1; period <= Math.min(parts / 2, LONGEST_PERIOD); period++) {
            for (int from = 0; from + period < parts; ) {
                int end = from;
                while (end + period < parts && kind[end] == kind[end + period]) {
                    end++;
                }
                int covered = end - from + period;
                int count = covered / period;
                if (end > from && count >= 2) {
                    // Of equal choices the last is taken: after a normalisation rather than before it.
                    for (int shift = covered % period; shift >= 0; shift--) {
                        int start = from + shift;
                        double total = sums[start + count * period] - sums[start];
                        if (sameShapes(shapes, start, period, count)
                                && anyHeavy(heavy, start, period)
                                && total > bestCost * (1 + 1e-9)) {
                            bestStart = start;
                            bestPeriod = period;
                            bestCost = total;
                            break;
                        }
                    }
                }
                from = Math.max(end, from + 1);
            }
        }
        if (bestStart < 0) {
            return null;
        }
        int[] pattern = Arrays.copyOfRange(kind, bestStart, bestStart + bestPeriod);
        return occurrences(cuts, pattern, bestStart, kind, shapes, sums);
    }

    private static boolean sameShapes(int[] shapes, int start, int period, int count) {
        if (shapes[start] < 0) {
            return false;
        }
        for (int i = 1; i <= count; i++) {
            if (shapes[start + i * period] != shapes[start]) {
                return false;
            }
        }
        return true;
    }

    private static boolean anyHeavy(boolean[] heavy, int start, int period) {
        for (int i = start; i < start + period; i++) {
            if (heavy[i]) {
                return true;
            }
        }
        return false;
    }

    /** All places where the pattern occurs, before and after the longest run too; what lies between two of them is a layer that cannot be skipped. */
    private static Found occurrences(Cuts cuts, int[] pattern, int anchor, int[] kind, int[] shapes, double[] sums) {
        int period = pattern.length;
        List<Range> layers = new ArrayList<>();
        double total = 0;
        int at = 0;
        for (int i = 0; i + period <= kind.length; ) {
            boolean matches = shapes[i] == shapes[anchor]
                    && shapes[i + period] == shapes[anchor]
                    && Arrays.equals(kind, i, i + period, pattern, 0, period)
                    && (i >= anchor || i + period <= anchor);
            if (!matches) {
                i++;
                continue;
            }
            if (!layers.isEmpty() && i > at) {
                layers.add(new Range(at, i, false));
            }
            layers.add(new Range(i, i + period, true));
            total += sums[i + period] - sums[i];
            at = i + period;
            i = at;
        }
        return new Found(cuts, layers, total);
    }
}
