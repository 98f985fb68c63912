/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that interrupts native runs at their deadline, and refreshes telemetry. Thread-safe. */
final class Deadlines implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);

    private final ScheduledThreadPoolExecutor executor;

    Deadlines() {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "tminus-backend-cpu");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
    }

    /** Runs the action after that time; null once closed, where deadlines are still checked between layers. */
    @Nullable
    Future<?> in(long nanos, Runnable action) {
        try {
            return executor.schedule(action, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    /** Runs the action soon; once closed, on the caller's own thread. */
    void soon(Runnable action) {
        try {
            executor.execute(action);
        } catch (RejectedExecutionException e) {
            LOG.trace("Closed: nothing is done in the background any more", e);
            action.run();
        }
    }

    /** Takes no more actions; those that are planned for runs in flight still come. */
    @Override
    public void close() {
        executor.shutdown();
    }
}
