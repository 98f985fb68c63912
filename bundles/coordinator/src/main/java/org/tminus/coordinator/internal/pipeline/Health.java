/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.pipeline;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether a service may be trusted. After {@link #LIMIT} failures in a row it is in quarantine for a time that doubles
 * with each failed probe; when the time is over, one request probes it while the others still avoid it. Each call that
 * never came back holds a thread: while too many are out, the service is not even probed. Thread-safe.
 */
public final class Health {
    /** How many failures in a row are too many. */
    public static final int LIMIT = 5;

    private static final int PROVEN = 64;
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long NEVER = Long.MIN_VALUE;

    /** Who is told of changes; on the thread that brings them about, which must not be held up. */
    public interface Watcher {
        void quarantined(String reason);

        void probed();

        void released();

        /** Not one more call may be risked: this many that were abandoned are out. */
        void exhausted(int lostCalls);

        /** It may be called again, or at least probed. */
        void recovered();
    }

    private static final Watcher NOBODY = new Watcher() {
        @Override
        public void quarantined(String reason) {
            // Nobody watches.
        }

        @Override
        public void probed() {
            // Nobody watches.
        }

        @Override
        public void released() {
            // Nobody watches.
        }

        @Override
        public void exhausted(int lostCalls) {
            // Nobody watches.
        }

        @Override
        public void recovered() {
            // Nobody watches.
        }
    };

    private final AtomicInteger failuresInARow = new AtomicInteger();
    private final AtomicInteger successes = new AtomicInteger();
    private final AtomicLong until = new AtomicLong(NEVER);
    private final AtomicBoolean probing = new AtomicBoolean();
    private final AtomicInteger quarantines = new AtomicInteger();
    private final AtomicInteger lostCalls = new AtomicInteger();
    private volatile int mostLostCalls = Integer.MAX_VALUE;
    private volatile Watcher watcher = NOBODY;
    private volatile String reason = "";
    /** Whether the watcher was told that it is exhausted. Guarded by this. */
    private boolean toldExhausted;

    public void watch(Watcher only) {
        watcher = only;
    }

    /** @param most how many abandoned calls may be out before the service is not even probed any more */
    public void limitLostCalls(int most) {
        mostLostCalls = most;
        tellExhaustion();
    }

    /** One change after the other, so that what is told last is so. */
    private synchronized void tellExhaustion() {
        boolean exhausted = isExhausted();
        if (exhausted == toldExhausted) {
            return;
        }
        toldExhausted = exhausted;
        if (exhausted) {
            watcher.exhausted(lostCalls());
        } else {
            watcher.recovered();
        }
    }

    /** Whether the service may be called now. Called once per use: the first call after a quarantine is the probe. */
    public boolean permits(long now) {
        if (isExhausted()) {
            return false;
        }
        long end = until.get();
        if (end == NEVER) {
            return true;
        }
        if (now - end < 0 || !until.compareAndSet(end, now + duration())) {
            return false;
        }
        probing.set(true);
        watcher.probed();
        return true;
    }

    /** What {@link #permits} would say, without making this call the probe. */
    public boolean wouldPermit(long now) {
        long end = until.get();
        return !isExhausted() && (end == NEVER || now - end >= 0);
    }

    /** Whether so many abandoned calls are out that not one more may be risked. */
    public boolean isExhausted() {
        return lostCalls.get() >= mostLostCalls;
    }

    /** How many abandoned calls have not come back. */
    public int lostCalls() {
        return lostCalls.get();
    }

    /** A call that was abandoned came back. */
    public void returned() {
        lostCalls.decrementAndGet();
        tellExhaustion();
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
            probing.set(false);
            until.set(NEVER);
            quarantines.set(0);
            reason = "";
            watcher.released();
        }
        if (successes.get() < PROVEN) {
            successes.incrementAndGet();
        }
    }

    /**
     * A call failed. In quarantine only a probe tells anything: calls that began before it are part of what led there.
     *
     * @return whether the service is in quarantine because of this failure
     */
    public boolean failed(String why, long now) {
        successes.set(0);
        int failures = failuresInARow.incrementAndGet();
        if (until.get() == NEVER ? failures < LIMIT || !begins(now) : !endsProbe()) {
            return false;
        }
        enter(why, now);
        return true;
    }

    /**
     * A call did not come back at all: quarantine at once. Should it come back later, {@link #returned} is to be called.
     *
     * @return whether the service is in quarantine because of this call, not because of one before
     */
    public boolean hung(String why, long now) {
        lostCalls.incrementAndGet();
        successes.set(0);
        boolean first = begins(now) || endsProbe();
        if (first) {
            enter(why, now);
        }
        tellExhaustion();
        return first;
    }

    private void enter(String why, long now) {
        reason = why;
        quarantines.incrementAndGet();
        until.set(now + duration());
        watcher.quarantined(why);
    }

    /** Whether this failure begins a quarantine: of several at once, one does. */
    private boolean begins(long now) {
        return until.compareAndSet(NEVER, now + FIRST_NANOS);
    }

    /** Whether this failure is that of a probe. */
    private boolean endsProbe() {
        return probing.compareAndSet(true, false);
    }

    private long duration() {
        int doublings = Math.min(Math.max(quarantines.get() - 1, 0), 20);
        return Math.min(FIRST_NANOS << doublings, LONGEST_NANOS);
    }

    /** Why it is in quarantine, and how many calls are out; empty if it is not, and none is. */
    public String reason() {
        int out = lostCalls.get();
        if (out == 0) {
            return reason;
        }
        String calls = "calls that have not returned: " + out;
        return reason.isEmpty() ? calls : reason + " (" + calls + ")";
    }
}
