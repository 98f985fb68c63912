/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.onnxruntime.OnnxRuntime;

/**
 * Memory of the native graphs of all sessions of a backend. ONNX Runtime keeps what runs have once needed, and the C library
 * what is freed, scattered over the areas of many threads, so that a process which opens and closes models, or had large
 * batches for a while, would look larger and larger. ONNX Runtime is therefore told to give back what it does not need when a
 * model is closed, and now and then with a run; the C library some time after that, and after graphs were closed. Java does
 * the latter where it can (Linux with glibc, Java 17.0.9 and later); elsewhere nothing happens. Thread-safe.
 */
final class NativeMemory {
    private static final Logger LOG = LoggerFactory.getLogger(NativeMemory.class);
    private static final String COMMANDS = "com.sun.management:type=DiagnosticCommand";
    private static final String TRIM = "systemTrimNativeHeap";
    /** Models and their paths are mostly closed together. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Time between two runs that give back memory. Those that follow take anew what they need, so it is not short. */
    static final long RUNS_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Deadlines deadlines;
    private final Executor worker;
    private final OnnxRuntime runtime;
    private final long runsPauseNanos;
    private final AtomicLong lastRunNanos = new AtomicLong(System.nanoTime());
    private final AtomicLong weightBytes = new AtomicLong();
    private final AtomicBoolean planned = new AtomicBoolean();

    /**
     * @param deadlines wake up in time
     * @param worker does what may take some milliseconds
     * @param runsPauseNanos see {@link #RUNS_PAUSE_NANOS}
     */
    NativeMemory(Deadlines deadlines, Executor worker, OnnxRuntime runtime, long runsPauseNanos) {
        this.deadlines = deadlines;
        this.worker = worker;
        this.runtime = runtime;
        this.runsPauseNanos = runsPauseNanos;
    }

    /** Bytes of weights in open graphs. */
    long weightBytes() {
        return weightBytes.get();
    }

    /** A graph was opened. */
    void opened(long bytes) {
        weightBytes.addAndGet(bytes);
    }

    /** A graph was closed, and its memory freed. */
    void closed(long bytes) {
        weightBytes.addAndGet(-bytes);
        plan();
    }

    /**
     * The last graph of a model was closed. What its runs had is given back here and now, since the library must not be used
     * by a thread of the backend's own that goes on while the process ends.
     *
     * @param bytes of the weights that its graphs had in common
     */
    void closedModel(long bytes) {
        runtime.shrinkArena();
        closed(bytes);
    }

    /** A run is about to begin: if it is time, it gives back at its end what no run needs. */
    void running(RunOptions options) throws OrtException {
        long last = lastRunNanos.get();
        long now = System.nanoTime();
        if (now - last >= runsPauseNanos && lastRunNanos.compareAndSet(last, now)) {
            runtime.shrinkArenaAfter(options);
            plan();
        }
    }

    private void plan() {
        if (planned.compareAndSet(false, true) && deadlines.in(PAUSE_NANOS, this::giveBackInTurn) == null) {
            // The backend went before its sessions did; whoever closes them has time.
            giveBack();
        }
    }

    private void giveBackInTurn() {
        try {
            worker.execute(this::giveBack);
        } catch (RejectedExecutionException e) {
            LOG.trace("Closed meanwhile", e);
            giveBack();
        }
    }

    private void giveBack() {
        planned.set(false);
        try {
            Object said = ManagementFactory.getPlatformMBeanServer()
                    .invoke(new ObjectName(COMMANDS), TRIM, new Object[0], new String[0]);
            LOG.debug("{}", said);
        } catch (InstanceNotFoundException e) {
            LOG.trace("This Java has no diagnostic commands", e);
        } catch (JMException | RuntimeException e) {
            LOG.trace("This Java cannot give back native memory", e);
        }
    }
}
