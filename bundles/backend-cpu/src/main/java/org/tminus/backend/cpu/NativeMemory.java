/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

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

/**
 * Memory of the native graphs of all sessions of a backend. The C library keeps what is freed, scattered over the areas of
 * many threads, so that a process which opens and closes models would look larger and larger; some time after graphs were
 * closed it is therefore told to give back what it does not need. Java does that where it can (Linux with glibc, Java 17.0.9
 * and later); elsewhere nothing happens. Thread-safe.
 */
final class NativeMemory {
    private static final Logger LOG = LoggerFactory.getLogger(NativeMemory.class);
    private static final String COMMANDS = "com.sun.management:type=DiagnosticCommand";
    private static final String TRIM = "systemTrimNativeHeap";
    /** Models and their paths are mostly closed together. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Deadlines deadlines;
    private final Executor worker;
    private final AtomicLong weightBytes = new AtomicLong();
    private final AtomicBoolean planned = new AtomicBoolean();

    /**
     * @param deadlines wake up in time
     * @param worker does what may take some milliseconds
     */
    NativeMemory(Deadlines deadlines, Executor worker) {
        this.deadlines = deadlines;
        this.worker = worker;
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
