/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.pipeline;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts who works with something that can go. Once retired it gives no new leases; when the last lease is back, the
 * action given at construction runs once, and {@link #awaitFree} returns. Thread-safe, without locks.
 */
public class Leasable {
    private static final int RETIRED = Integer.MIN_VALUE;

    private final String label;
    private final Executor freeing;
    /** The number of leases; negative once retired. */
    private final AtomicInteger state = new AtomicInteger();

    private final Set<LeaseHolder> holders = ConcurrentHashMap.newKeySet();
    private final CountDownLatch free = new CountDownLatch(1);

    /**
     * @param label for messages, for example {@code policy 'budget'}
     * @param freeing runs {@link #freed()}
     */
    public Leasable(String label, Executor freeing) {
        this.label = label;
        this.freeing = freeing;
    }

    /** @return false once retired. A holder takes at most one lease at a time */
    public final boolean tryAcquire(LeaseHolder holder) {
        int count;
        do {
            count = state.get();
            if (count < 0) {
                return false;
            }
        } while (!state.compareAndSet(count, count + 1));
        holders.add(holder);
        return true;
    }

    public final void release(LeaseHolder holder) {
        holders.remove(holder);
        if (state.decrementAndGet() == RETIRED) {
            becomeFree();
        }
    }

    /** No new leases from now on. Repeating it is harmless. */
    public final void retire() {
        if (state.getAndUpdate(count -> count | RETIRED) == 0) {
            becomeFree();
        }
    }

    private void becomeFree() {
        try {
            freeing.execute(this::free);
        } catch (RejectedExecutionException e) {
            // The platform has stopped meanwhile; what is left is freed here.
            free();
        }
    }

    private void free() {
        try {
            freed();
        } finally {
            free.countDown();
        }
    }

    /** Called once, after the last lease of something retired came back. */
    protected void freed() {
        // Nothing to free by default.
    }

    public final boolean isRetired() {
        return state.get() < 0;
    }

    /** @return whether the last lease came back within the time */
    public final boolean awaitFree(long nanos) throws InterruptedException {
        return free.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Who holds leases at this moment; a live view. */
    public final Iterable<LeaseHolder> holders() {
        return holders;
    }

    public final boolean isHeldBy(Thread thread) {
        for (LeaseHolder holder : holders) {
            if (holder.runsOn(thread)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public final String toString() {
        return label;
    }
}
