/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.RunControl;

/**
 * Stops one run inside the native library when it is cancelled or its deadline passes. The lock keeps a late
 * cancellation from touching options that are freed already. Thread-safe.
 */
final class Termination implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Termination.class);

    private final RunOptions options;
    private boolean closed;
    private boolean terminated;
    private RunControl.@Nullable Registration registration;
    private @Nullable Future<?> alarm;

    private Termination(RunOptions options) {
        this.options = options;
    }

    static Termination of(RunControl control, Deadlines deadlines) throws OrtException {
        Termination termination = new Termination(new RunOptions());
        termination.registration = control.onCancel(termination::terminate);
        long nanosLeft = control.nanosLeft();
        if (nanosLeft != Long.MAX_VALUE) {
            termination.alarm = deadlines.in(nanosLeft + 1, termination::terminate);
        }
        return termination;
    }

    RunOptions options() {
        return options;
    }

    private synchronized void terminate() {
        if (closed) {
            return;
        }
        terminated = true;
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            LOG.warn("A native run could not be stopped; it goes on to the next layer", e);
        }
    }

    synchronized boolean terminated() {
        return terminated;
    }

    @Override
    public void close() {
        RunControl.Registration cancellation = registration;
        if (cancellation != null) {
            cancellation.close();
        }
        Future<?> planned = alarm;
        if (planned != null) {
            planned.cancel(false);
        }
        synchronized (this) {
            if (!closed) {
                closed = true;
                options.close();
            }
        }
    }
}
