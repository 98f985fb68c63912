/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.BackendException;
import org.tminus.failure.TminusException;

/**
 * What runs in one go between two checkpoints of a policy, as one native graph; see {@link Stretch}. A stretch is joined in
 * the background when it is first asked for; until then, and past the limits, its parts run one by one. Every graph is
 * checked against the single parts before it is used. Thread-safe.
 */
final class Stretches {
    private static final Logger LOG = LoggerFactory.getLogger(Stretches.class);

    private final ModelContext context;
    private final PathCheck check;
    private final Chain chain;
    private final Supplier<Limits> limits;
    private final Map<Integer, Joined> known = new ConcurrentHashMap<>();
    private long bytes;
    private boolean closed;

    /** @param chain the single parts that stretches are checked against */
    Stretches(ModelContext context, Chain chain, Supplier<Limits> limits) {
        this.context = context;
        this.check = new PathCheck(context);
        this.chain = chain;
        this.limits = limits;
    }

    /** The graph of a stretch; null if there is none, or none yet. */
    @Nullable
    NativeGraph get(Stretch stretch) {
        Joined joined = known.get(stretch.key());
        return joined == null ? begin(stretch).graph : joined.graph;
    }

    /** Remembers the stretch, also one that will not be joined, so that this is decided once. */
    private synchronized Joined begin(Stretch stretch) {
        Joined before = known.get(stretch.key());
        if (before != null) {
            return before;
        }
        Joined joined = new Joined();
        known.put(stretch.key(), joined);
        long weights = context.weights().own(stretch.weightBytes());
        Limits now = limits.get();
        if (closed
                || context.weights().isBounded()
                || known.size() > now.compiledPaths()
                || bytes + weights > now.compiledBytes()
                || !chain.acquire()) {
            return joined;
        }
        bytes += weights;
        try {
            context.compiler().execute(() -> {
                try {
                    join(joined, stretch, weights);
                } finally {
                    chain.release();
                }
            });
        } catch (RejectedExecutionException e) {
            // The backend is leaving; its last runs go part by part.
            chain.release();
        }
        return joined;
    }

    private void join(Joined joined, Stretch stretch, long weights) {
        Optional<NativeGraph> opened = Optional.empty();
        try {
            opened = Optional.of(context.folding().open(new Forms(stretch, weights)));
            if (keep(joined, opened.get())) {
                opened = Optional.empty();
            }
        } catch (TminusException | RuntimeException e) {
            LOG.warn(
                    "Model {}: {} run one by one, since they cannot be joined",
                    context.model().name(),
                    stretch,
                    e);
        } finally {
            opened.ifPresent(NativeGraph::close);
            if (joined.graph == null) {
                giveBack(weights);
            }
        }
    }

    private synchronized void giveBack(long weights) {
        bytes -= weights;
    }

    private synchronized boolean keep(Joined joined, NativeGraph graph) {
        if (!closed) {
            joined.graph = graph;
        }
        return !closed;
    }

    /** To be called when no run is left. */
    synchronized void close() {
        closed = true;
        for (Joined joined : known.values()) {
            NativeGraph graph = joined.graph;
            if (graph != null) {
                joined.graph = null;
                graph.close();
            }
        }
    }

    private final class Forms implements Folding.Forms<NativeGraph> {
        private final Stretch stretch;
        private final long weights;

        Forms(Stretch stretch, long weights) {
            this.stretch = stretch;
            this.weights = weights;
        }

        @Override
        public NativeGraph open() throws TminusException {
            return NativeGraph.open(
                    context, stretch.toString(), () -> context.graphs().stretch(stretch), weights);
        }

        @Override
        public Optional<NativeGraph> openFolded() throws TminusException {
            return NativeGraph.openFolded(
                    context, stretch.toString(), () -> context.graphs().stretch(stretch), weights);
        }

        @Override
        public double difference(NativeGraph graph) throws TminusException {
            return check.difference(stretch, graph, chain);
        }

        @Override
        public double tolerance() {
            return context.tolerance();
        }

        @Override
        public TminusException differs(double difference) {
            return new BackendException(
                    "As one graph they differ from the single parts by " + difference + " (at most "
                            + context.tolerance() + " is allowed).",
                    "");
        }

        @Override
        public boolean isFaster(NativeGraph candidate, NativeGraph other) throws TminusException {
            return check.isFaster(stretch, candidate, other, chain);
        }

        @Override
        public void close(NativeGraph graph) {
            graph.close();
        }
    }

    private static final class Joined {
        private volatile @Nullable NativeGraph graph;
    }
}
