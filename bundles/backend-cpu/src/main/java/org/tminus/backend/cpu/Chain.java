/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Cost;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.onnx.SegmentGraph;

/** The parts of a model as native graphs of their own, each opened when it is first needed. Thread-safe. */
final class Chain extends RefCounted {
    private final ModelContext context;
    private final Segment stem;
    private final Set<String> stemOutputs;
    private final Map<LayerId, Segment> layers = new HashMap<>();
    private final Map<ExitId, Segment> exits = new LinkedHashMap<>();
    private final JoinedLayers joined;

    Chain(ModelContext context, Supplier<Limits> limits) {
        this.context = context;
        this.joined = new JoinedLayers(context, this, limits);
        AdaptiveModel model = context.model();
        ModelGraphs graphs = context.graphs();
        stem = new Segment("the stem", graphs::stem, model.stem().cost());
        stemOutputs = new HashSet<>(model.stem().sideValues());
        stemOutputs.add(model.stem().output());
        for (Layer layer : model.layers()) {
            layers.put(layer.id(), new Segment("layer " + layer.id(), () -> graphs.layer(layer), layer.cost()));
        }
        for (Exit exit : model.exits()) {
            exits.put(exit.id(), new Segment("exit " + exit.id(), () -> graphs.exit(exit), exit.cost()));
        }
    }

    /** Whether a run has opened it. */
    boolean isInUse() {
        return stem.opened != null;
    }

    NativeGraph stem() throws BackendException {
        return stem.graph();
    }

    /** The hidden state and the side values. */
    Set<String> stemOutputs() {
        return stemOutputs;
    }

    NativeGraph layer(Layer layer) throws BackendException {
        return segment(layers.get(layer.id())).graph();
    }

    /** Neighbouring layers as one graph; null if there is none, or none yet. */
    @Nullable
    NativeGraph joined(List<Layer> neighbours) {
        return joined.get(neighbours);
    }

    NativeGraph exit(Exit exit) throws BackendException {
        return segment(exits.get(exit.id())).graph();
    }

    private static Segment segment(@Nullable Segment segment) {
        if (segment == null) {
            throw new IllegalArgumentException("The part is of another model");
        }
        return segment;
    }

    @Override
    void free() {
        joined.close();
        stem.close();
        layers.values().forEach(Segment::close);
        exits.values().forEach(Segment::close);
    }

    private interface Cut {
        SegmentGraph make() throws BackendException;
    }

    private final class Segment {
        private final String what;
        private final Cut cut;
        private final Cost cost;
        private volatile @Nullable NativeGraph opened;

        Segment(String what, Cut cut, Cost cost) {
            this.what = what;
            this.cut = cut;
            this.cost = cost;
        }

        NativeGraph graph() throws BackendException {
            NativeGraph graph = opened;
            return graph != null ? graph : open();
        }

        private synchronized NativeGraph open() throws BackendException {
            NativeGraph graph = opened;
            if (graph == null) {
                graph = NativeGraph.open(context, what, cut.make(), cost.weightBytes());
                opened = graph;
            }
            return graph;
        }

        synchronized void close() {
            NativeGraph graph = opened;
            if (graph != null) {
                opened = null;
                graph.close();
            }
        }
    }
}
