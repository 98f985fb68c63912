/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

/**
 * The parts of a model as native graphs of their own, each opened when it is first needed. Holds the model's weights as long
 * as somebody holds it, since a run may open a part long after the session was closed. Thread-safe.
 */
final class Chain extends RefCounted {
    private final ModelContext context;
    private final Segment stem;
    private final Set<String> stemOutputs;
    private final Map<LayerId, Segment> layers = new HashMap<>();
    private final Map<ExitId, Segment> exits = new LinkedHashMap<>();
    private final Stretches stretches;
    private final ExitHabits habits;

    /** @throws IllegalStateException if the model's weights are freed */
    Chain(ModelContext context, Supplier<Limits> limits) {
        this.context = context;
        context.weights().hold();
        this.stretches = new Stretches(context, this, limits);
        this.habits = new ExitHabits(context.model());
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

    /** Several parts as one graph; null if there is none, or none yet. */
    @Nullable
    NativeGraph stretch(Stretch stretch) {
        return stretches.get(stretch);
    }

    ExitHabits habits() {
        return habits;
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
        stretches.close();
        stem.close();
        layers.values().forEach(Segment::close);
        exits.values().forEach(Segment::close);
        context.weights().release();
    }

    private final class Segment {
        private final String what;
        private final NativeGraph.Cut cut;
        private final Cost cost;
        private volatile @Nullable NativeGraph opened;

        Segment(String what, NativeGraph.Cut cut, Cost cost) {
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
                graph = NativeGraph.open(context, what, cut, context.weights().own(cost.weightBytes()));
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
