/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.pipeline;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.coordinator.internal.status.Counters;

/** Waits, with a bound, until nobody works with a service that goes. Holds no lock meanwhile. */
public final class Drainer {
    private static final Logger LOG = LoggerFactory.getLogger(Drainer.class);
    /** How long a cancelled call may take to come back before it is abandoned, at most. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Counters counters;
    private final Executor background;

    public Drainer(Counters counters, Executor background) {
        this.counters = counters;
        this.background = background;
    }

    /**
     * Lets the work with these parts of one service end. They have been retired before.
     *
     * @param told how it ended, also if that is later than this returns
     */
    public DrainOutcome drain(List<? extends Leasable> parts, LongSupplier timeoutNanos, Consumer<DrainOutcome> told) {
        Thread current = Thread.currentThread();
        for (Leasable part : parts) {
            if (part.isHeldBy(current)) {
                defer(() -> told.accept(drainNow(parts, timeoutNanos.getAsLong())));
                return DrainOutcome.DEFERRED;
            }
        }
        DrainOutcome outcome = drainNow(parts, timeoutNanos.getAsLong());
        told.accept(outcome);
        return outcome;
    }

    private void defer(Runnable drain) {
        try {
            background.execute(drain);
        } catch (RejectedExecutionException e) {
            LOG.debug("The platform has stopped; what a request still holds is freed when it ends", e);
        }
    }

    private DrainOutcome drainNow(List<? extends Leasable> parts, long timeoutNanos) {
        if (awaitAll(parts, timeoutNanos)) {
            counters.add(Counter.DRAINED);
            return DrainOutcome.DRAINED;
        }
        for (Leasable part : parts) {
            part.holders().forEach(holder -> holder.withdraw(part, "the " + part + " is going away"));
        }
        if (awaitAll(parts, Math.min(timeoutNanos, GRACE_NANOS))) {
            counters.add(Counter.DRAINED_AFTER_CANCEL);
            return DrainOutcome.CANCELLED;
        }
        boolean abandoned = false;
        for (Leasable part : parts) {
            for (LeaseHolder holder : part.holders()) {
                abandoned |= holder.abandon(part, "the " + part + " went away and did not answer");
            }
        }
        LOG.warn(
                abandoned
                        ? "A call to {} did not end when it was cancelled; it is abandoned, and what it holds is lost"
                                + " until it returns"
                        : "Work with {} did not end: a call that was given up before, or one to another service, holds it"
                                + " until it returns",
                parts.get(0));
        return abandoned ? DrainOutcome.ABANDONED : DrainOutcome.HELD_UP;
    }

    private static boolean awaitAll(List<? extends Leasable> parts, long timeoutNanos) {
        long end = System.nanoTime() + timeoutNanos;
        try {
            for (Leasable part : parts) {
                if (!part.awaitFree(Math.max(0, end - System.nanoTime()))) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            // Whoever interrupts the swap wants it over: go on to the next, sharper step.
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
