/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.pipeline;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether a service may be trusted. After {@link #LIMIT} failures in a row it is in quarantine for a time that doubles
 * with each failed probe; when the time is over, one request probes it while the others still avoid it. Thread-safe.
 */
public final class Health {
    /** How many failures in a row are too many. */
    public static final int LIMIT = 5;

    private static final int PROVEN = 64;
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long NEVER = Long.MIN_VALUE;

    private final AtomicInteger failuresInARow = new AtomicInteger();
    private final AtomicInteger successes = new AtomicInteger();
    private final AtomicLong until = new AtomicLong(NEVER);
    private final AtomicInteger quarantines = new AtomicInteger();
    private volatile String reason = "";

    /** Whether the service may be called now. Called once per use: the first call after a quarantine is the probe. */
    public boolean permits(long now) {
        long end = until.get();
        if (end == NEVER) {
            return true;
        }
        return now - end >= 0 && until.compareAndSet(end, now + duration());
    }

    /** Whether the service is in quarantine, without probing it. */
    public boolean isQuarantined() {
        return until.get() != NEVER;
    }

    /** Whether it has answered often enough without a failure to be called on a client's own thread. */
    public boolean isProven() {
        return successes.get() >= PROVEN;
    }

    public void succeeded() {
        if (failuresInARow.get() != 0) {
            failuresInARow.set(0);
        }
        if (until.get() != NEVER) {
            until.set(NEVER);
            quarantines.set(0);
            reason = "";
        }
        if (successes.get() < PROVEN) {
            successes.incrementAndGet();
        }
    }

    /** @return whether the service is in quarantine because of this failure */
    public boolean failed(String why, long now) {
        successes.set(0);
        boolean probing = until.get() != NEVER;
        if (failuresInARow.incrementAndGet() < LIMIT && !probing) {
            return false;
        }
        reason = why;
        quarantines.incrementAndGet();
        until.set(now + duration());
        return true;
    }

    /** A call did not come back at all: quarantine at once. */
    public void hung(String why, long now) {
        successes.set(0);
        reason = why;
        quarantines.incrementAndGet();
        until.set(now + duration());
    }

    private long duration() {
        int doublings = Math.min(Math.max(quarantines.get() - 1, 0), 20);
        return Math.min(FIRST_NANOS << doublings, LONGEST_NANOS);
    }

    /** Why it is in quarantine; empty if it is not. */
    public String reason() {
        return reason;
    }
}
