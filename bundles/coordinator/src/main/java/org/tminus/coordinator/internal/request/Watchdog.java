/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.configuration.GlobalSettings;
import org.tminus.coordinator.internal.pipeline.Leasable;

/**
 * Looks after what is at work: a call to a plugin that takes too long is first cancelled and interrupted, then abandoned;
 * a request whose deadline passes fails, wherever it is. One thread.
 */
final class Watchdog {
    /** Ends a request whose deadline has passed. */
    interface Expiry {
        void expire(Task task);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** A call that was told to end. */
    private record Expired(Leasable target, long since) {}

    private final Platform platform;
    private final Expiry expiry;
    private final Set<Task> timed = ConcurrentHashMap.newKeySet();
    private final Map<Execution, Expired> expired = new HashMap<>();
    private volatile @Nullable Thread thread;

    Watchdog(Platform platform, Expiry expiry) {
        this.platform = platform;
        this.expiry = expiry;
    }

    void start() {
        Thread started = new Thread(this::watch, "tminus-watchdog");
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    void stop() {
        Thread running = thread;
        thread = null;
        LockSupport.unpark(running);
    }

    /** Has the task fail when its deadline passes. */
    void watch(Task task) {
        timed.add(task);
        LockSupport.unpark(thread);
    }

    void forget(Task task) {
        timed.remove(task);
    }

    private void watch() {
        while (thread == Thread.currentThread()) {
            long pause = IDLE_NANOS;
            try {
                pause = scan();
            } catch (RuntimeException | Error e) {
                LOG.error("A look at what is at work failed; the next one follows", e);
            }
            LockSupport.parkNanos(this, pause);
        }
    }

    /** @return nanoseconds until the next look */
    private long scan() {
        long pause = platform.active().isEmpty() ? IDLE_NANOS : BUSY_NANOS;
        for (Task task : timed) {
            long left = task.deadline().nanosLeft();
            if (left <= 0) {
                expiry.expire(task);
            } else {
                pause = Math.min(pause, left);
            }
        }
        GlobalSettings settings = platform.board().current().configuration().global();
        long timeout = settings.pluginTimeoutNanos();
        platform.sessions().checkOverdue(timeout);
        // What has ended is forgotten at once: it holds the session that it was told to leave.
        expired.keySet().retainAll(platform.active());
        for (Execution execution : platform.active()) {
            look(execution, timeout, settings.pluginTimeoutMillis());
        }
        return Math.max(Math.min(pause, timeout), TimeUnit.MICROSECONDS.toNanos(100));
    }

    private void look(Execution execution, long timeout, long timeoutMillis) {
        CallGuard guard = execution.guard();
        Leasable target = guard.target();
        long since = guard.since();
        if (target == null) {
            return;
        }
        long taken = platform.clock().getAsLong() - since;
        if (taken <= timeout) {
            return;
        }
        Expired known = expired.get(execution);
        if (known == null || known.target() != target || known.since() != since) {
            expired.put(execution, new Expired(target, since));
            execution.expire(target, "it did not answer within " + timeoutMillis + " ms");
        } else if (taken > timeout + Math.min(timeout, GRACE_NANOS)) {
            expired.remove(execution);
            if (execution.abandonOverdue(target, target + " did not answer within " + timeoutMillis + " ms")) {
                LOG.warn("A call to {} takes longer than {} ms and does not end when cancelled", target, timeoutMillis);
            }
        }
    }
}
