/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.failure.BackendException;
import org.tminus.onnx.Precision;

/**
 * One graph in the native library: a session for the calling thread alone, and another in which the pool helps, opened in the
 * background once that may pay. Safe for concurrent runs; closed once, when no run is left.
 */
final class NativeSessions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NativeSessions.class);

    private static final String DISABLED = "optimization.disable_specified_optimizers";

    /** What a graph has for itself alone is not held twice beyond this. */
    private static final long LITTLE_BYTES = 8 << 20;

    /** Opens a session; can be asked again later. */
    interface Source {
        OrtSession open(SessionOptions options) throws IOException, OrtException, BackendException;
    }

    private final ModelContext context;
    private final String what;
    private final Source source;
    private final OrtSession first;
    private final ThreadChoice choice = new ThreadChoice(Runtime.getRuntime().availableProcessors());
    private final AtomicBoolean poolAsked;
    private volatile @Nullable OrtSession pooled;
    private boolean closed;

    /**
     * @param what the part of the model, for messages
     * @param ownBytes what the graph has for itself alone, in each session
     */
    NativeSessions(ModelContext context, String what, Source source, long ownBytes)
            throws IOException, OrtException, BackendException {
        this.context = context;
        this.what = what;
        this.source = source;
        boolean hasPool = context.runtime().threads() > 1;
        boolean onlyPooled = hasPool && ownBytes > LITTLE_BYTES;
        poolAsked = new AtomicBoolean(!hasPool || onlyPooled);
        first = open(onlyPooled);
    }

    private OrtSession open(boolean withPool) throws IOException, OrtException, BackendException {
        try (SessionOptions options = withPool
                ? context.runtime().newSessionOptions()
                : context.runtime().newInlineSessionOptions()) {
            options.setOptimizationLevel(OptLevel.ALL_OPT);
            String broken = broken(context.graphs().precision());
            if (!broken.isEmpty()) {
                options.addConfigEntry(DISABLED, broken);
            }
            return source.open(options);
        }
    }

    /** The optimisations that end in an error, as of version 1.23, where they meet such numbers; their work is left to others. */
    private static String broken(Precision precision) {
        if (precision.hasBfloat16()) {
            return "SimplifiedLayerNormFusion;LayerNormFusionL1";
        }
        return precision.hasFloat16() ? "SimplifiedLayerNormFusion" : "";
    }

    /** Any of the sessions, to be asked about the graph. */
    OrtSession session() {
        return first;
    }

    /** @param size rows times length */
    OrtSession.Result run(
            long size,
            Map<String, OnnxTensor> inputs,
            Set<String> outputs,
            Map<String, OnnxTensor> pinned,
            RunOptions options)
            throws OrtException {
        int running = context.running().incrementAndGet();
        try {
            OrtSession helped = pooled;
            boolean withPool = helped != null && choice.withPool(size, running);
            OrtSession session = helped != null && withPool ? helped : first;
            context.memory().running(options);
            long begin = System.nanoTime();
            OrtSession.Result result = session.run(inputs, outputs, pinned, options);
            choice.ran(size, withPool, running, System.nanoTime() - begin);
            return result;
        } finally {
            context.running().decrementAndGet();
            if (!poolAsked.get() && choice.isPoolWorthTrying() && poolAsked.compareAndSet(false, true)) {
                openPooledInBackground();
            }
        }
    }

    private void openPooledInBackground() {
        try {
            context.compiler().execute(this::openPooled);
        } catch (RejectedExecutionException e) {
            LOG.trace("The backend is leaving", e);
        }
    }

    private void openPooled() {
        synchronized (this) {
            if (closed) {
                return;
            }
            // Whoever has this graph open holds them, too.
            context.weights().hold();
        }
        try {
            keep(open(true));
        } catch (IOException | OrtException | BackendException | RuntimeException e) {
            LOG.warn(
                    "Model {}: {} runs without help of other threads",
                    context.model().name(),
                    what,
                    e);
        } finally {
            context.weights().release();
        }
    }

    private void keep(OrtSession opened) {
        synchronized (this) {
            if (!closed) {
                pooled = opened;
                return;
            }
        }
        close(opened);
    }

    private void close(OrtSession session) {
        try {
            session.close();
        } catch (OrtException e) {
            LOG.warn("Model {}: {} could not be freed", context.model().name(), what, e);
        }
    }

    @Override
    public void close() {
        OrtSession helped;
        synchronized (this) {
            closed = true;
            helped = pooled;
            pooled = null;
        }
        close(first);
        if (helped != null) {
            close(helped);
        }
    }
}
