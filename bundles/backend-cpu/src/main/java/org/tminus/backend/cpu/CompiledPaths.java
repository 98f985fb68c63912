/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.BackendException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;

/**
 * The compiled paths of one session. The least recently used one leaves when there are too many; full depth stays, since
 * everything falls back to it. Thread-safe.
 */
final class CompiledPaths {
    private static final Logger LOG = LoggerFactory.getLogger(CompiledPaths.class);

    private final ModelContext context;
    private final PathCheck check;
    private final Supplier<Limits> limits;
    private final Map<Path, CompiledPath> paths = new ConcurrentHashMap<>();

    /** Paths that were compiled and differed, with the difference: compiling them again would give the same. */
    private final Map<Path, Double> refused = new ConcurrentHashMap<>();

    /** Held while a path is compiled, so that each is compiled once and limits hold. */
    private final Object compiling = new Object();

    /** Held while the collection changes. */
    private final Object changing = new Object();

    private boolean closed;

    CompiledPaths(ModelContext context, PathCheck check, Supplier<Limits> limits) {
        this.context = context;
        this.check = check;
        this.limits = limits;
    }

    boolean contains(Path path) {
        return paths.containsKey(path);
    }

    /** The compiled path if there is one; the caller releases it. */
    @Nullable
    CompiledPath acquire(Path path) {
        CompiledPath compiled = paths.get(path);
        return compiled != null && compiled.acquire() ? compiled : null;
    }

    void prepare(Path path, Chain chain) throws TminusException {
        synchronized (compiling) {
            if (paths.containsKey(path)) {
                return;
            }
            admit(path);
            CompiledPath compiled = context.folding().open(new Forms(path, chain));
            boolean kept = false;
            try {
                add(path, compiled);
                kept = true;
            } finally {
                if (!kept) {
                    compiled.release();
                }
                // Checking it has read them, too.
                context.weights().unload();
            }
        }
    }

    /** Refuses what can never be kept. */
    private void admit(Path path) throws BackendException {
        Double difference = refused.get(path);
        if (difference != null) {
            throw differs(path, difference);
        }
        if (context.weights().isBounded()) {
            throw new BackendException(
                    "Path " + path + " of model " + context.model().name()
                            + " is not compiled: weightMemoryMiB bounds the weights, so that it runs layer by layer.",
                    "Set weightMemoryMiB to 0 if there is memory for all weights.");
        }
        Limits now = limits.get();
        long bytes = context.weights().own(context.model().cost(path).weightBytes());
        if (now.compiledPaths() == 0) {
            throw new BackendException(
                    "Path " + path + " of model " + context.model().name() + " is not compiled: compiledPaths is 0.",
                    "Raise compiledPaths; until then paths run layer by layer.");
        }
        if (!isExempt(path) && bytes > now.compiledBytes()) {
            throw new BackendException(
                    "Path " + path + " of model " + context.model().name() + " is not compiled: its weights take "
                            + (bytes >> 20) + " MiB, more than compiledMemoryMiB (" + (now.compiledBytes() >> 20)
                            + ") allows.",
                    "Raise compiledMemoryMiB; until then the path runs layer by layer.");
        }
    }

    /**
     * Opens a chain of its own where no run has needed the session's yet: whoever runs compiled paths alone need not hold
     * the weights a second time.
     */
    private double difference(Path path, CompiledPath compiled, Chain chain) throws TminusException {
        if (chain.isInUse()) {
            return check.difference(path, compiled, chain);
        }
        Chain passing = new Chain(context, limits);
        try {
            return check.difference(path, compiled, passing);
        } finally {
            passing.release();
        }
    }

    private BackendException differs(Path path, double difference) {
        return new BackendException(
                "The compiled form of path " + path + " of model "
                        + context.model().name() + " differs from the chain by " + difference + ", more than "
                        + context.tolerance() + ".",
                "The path runs layer by layer; check the model for operators with random or unstable results.");
    }

    private boolean isExempt(Path path) {
        return path.equals(context.model().fullDepth());
    }

    private void add(Path path, CompiledPath compiled) {
        synchronized (changing) {
            AdaptiveModel model = context.model();
            if (closed) {
                throw new IllegalStateException("The session of model " + model.name() + " is closed");
            }
            paths.put(path, compiled);
            while (isOverLimit()) {
                Optional<Path> victim = paths.keySet().stream()
                        .filter(kept -> !isExempt(kept) && !kept.equals(path))
                        .min(Comparator.comparingLong(this::lastUsedNanos));
                if (victim.isEmpty()) {
                    break;
                }
                evict(victim.get());
            }
            LOG.debug("Model {}: path {} is compiled, {} in all", model.name(), path, paths.size());
        }
    }

    private long lastUsedNanos(Path path) {
        CompiledPath compiled = paths.get(path);
        return compiled == null ? Long.MIN_VALUE : compiled.lastUsedNanos();
    }

    private boolean isOverLimit() {
        Limits now = limits.get();
        long bytes = paths.entrySet().stream()
                .filter(entry -> !isExempt(entry.getKey()))
                .mapToLong(entry -> entry.getValue().weightBytes())
                .sum();
        return paths.size() > now.compiledPaths() || bytes > now.compiledBytes();
    }

    private void evict(Path path) {
        CompiledPath compiled = paths.remove(path);
        if (compiled != null) {
            LOG.debug("Model {}: path {} makes room", context.model().name(), path);
            compiled.release();
        }
    }

    void close() {
        synchronized (changing) {
            closed = true;
            for (Path path : paths.keySet()) {
                evict(path);
            }
        }
    }

    private final class Forms implements Folding.Forms<CompiledPath> {
        private final Path path;
        private final Chain chain;

        Forms(Path path, Chain chain) {
            this.path = path;
            this.chain = chain;
        }

        @Override
        public CompiledPath open() throws TminusException {
            return CompiledPath.open(context, path);
        }

        @Override
        public Optional<CompiledPath> openFolded() throws TminusException {
            return CompiledPath.openFolded(context, path);
        }

        @Override
        public double difference(CompiledPath compiled) throws TminusException {
            return CompiledPaths.this.difference(path, compiled, chain);
        }

        @Override
        public double tolerance() {
            return context.tolerance();
        }

        @Override
        public TminusException differs(double difference) {
            refused.put(path, difference);
            LOG.warn(
                    "Model {}: the compiled form of path {} differs from the chain by {} (at most {} is allowed); it"
                            + " runs layer by layer",
                    context.model().name(),
                    path,
                    difference,
                    context.tolerance());
            return CompiledPaths.this.differs(path, difference);
        }

        @Override
        public boolean isFaster(CompiledPath candidate, CompiledPath other) throws TminusException {
            return check.isFaster(candidate, other);
        }

        @Override
        public void close(CompiledPath compiled) {
            compiled.release();
        }
    }
}
