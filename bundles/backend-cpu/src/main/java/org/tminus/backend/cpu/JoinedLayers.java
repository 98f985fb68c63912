/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.TminusException;
import org.tminus.model.Layer;

/**
 * Neighbouring layers as one native graph, for what lies between two checkpoints of a policy. A group of layers is joined
 * in the background when it is first asked for; until then, and past the limits, its layers run one by one. Every graph is
 * checked against the single layers before it is used. Thread-safe.
 */
final class JoinedLayers {
    private static final Logger LOG = LoggerFactory.getLogger(JoinedLayers.class);

    private final ModelContext context;
    private final Chain chain;
    private final Supplier<Limits> limits;
    private final Map<List<Layer>, Group> groups = new ConcurrentHashMap<>();
    private long bytes;
    private boolean closed;

    /** @param chain the single layers that groups are checked against */
    JoinedLayers(ModelContext context, Chain chain, Supplier<Limits> limits) {
        this.context = context;
        this.chain = chain;
        this.limits = limits;
    }

    /** The graph of these layers; null if there is none, or none yet. */
    @Nullable
    NativeGraph get(List<Layer> neighbours) {
        Group group = groups.get(neighbours);
        return group == null ? begin(List.copyOf(neighbours)).graph : group.graph;
    }

    /** Remembers the group, also one that will not be joined, so that this is decided once. */
    private synchronized Group begin(List<Layer> neighbours) {
        Group known = groups.get(neighbours);
        if (known != null) {
            return known;
        }
        Group group = new Group();
        groups.put(neighbours, group);
        long weights = neighbours.stream()
                .mapToLong(layer -> layer.cost().weightBytes())
                .sum();
        Limits now = limits.get();
        if (closed
                || groups.size() > now.compiledPaths()
                || bytes + weights > now.compiledBytes()
                || !chain.acquire()) {
            return group;
        }
        bytes += weights;
        try {
            context.compiler().execute(() -> {
                try {
                    join(group, neighbours, weights);
                } finally {
                    chain.release();
                }
            });
        } catch (RejectedExecutionException e) {
            // The backend is leaving; its last runs go layer by layer.
            chain.release();
        }
        return group;
    }

    private void join(Group group, List<Layer> neighbours, long weights) {
        Layer first = neighbours.get(0);
        Layer last = neighbours.get(neighbours.size() - 1);
        String what = "layers " + first.id() + " to " + last.id();
        Optional<NativeGraph> opened = Optional.empty();
        try {
            NativeGraph graph = NativeGraph.open(context, what, context.graphs().layers(first, last), weights);
            opened = Optional.of(graph);
            double difference = new PathCheck(context).difference(neighbours, graph, chain);
            if (!(difference <= PathCheck.TOLERANCE)) {
                LOG.warn(
                        "Model {}: {} as one graph differ from the single layers by {} (at most {} is allowed); they run"
                                + " one by one",
                        context.model().name(),
                        what,
                        difference,
                        PathCheck.TOLERANCE);
                return;
            }
            if (keep(group, graph)) {
                opened = Optional.empty();
            }
        } catch (TminusException | RuntimeException e) {
            LOG.warn(
                    "Model {}: {} run one by one, since they cannot be joined",
                    context.model().name(),
                    what,
                    e);
        } finally {
            opened.ifPresent(NativeGraph::close);
            if (group.graph == null) {
                giveBack(weights);
            }
        }
    }

    private synchronized void giveBack(long weights) {
        bytes -= weights;
    }

    private synchronized boolean keep(Group group, NativeGraph graph) {
        if (!closed) {
            group.graph = graph;
        }
        return !closed;
    }

    /** To be called when no run is left. */
    synchronized void close() {
        closed = true;
        for (Group group : groups.values()) {
            NativeGraph graph = group.graph;
            if (graph != null) {
                group.graph = null;
                graph.close();
            }
        }
    }

    private static final class Group {
        private volatile @Nullable NativeGraph graph;
    }
}
