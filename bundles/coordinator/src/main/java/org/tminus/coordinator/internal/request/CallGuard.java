/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.pipeline.Leasable;

/**
 * Marks the calls that a request makes to plugins, so that others can see how long one takes and interrupt exactly that
 * call: an interrupt never reaches the thread once the call is over. The request's own thread enters and leaves; any
 * thread may look and interrupt.
 */
final class CallGuard {
    private static final int IDLE = 0;
    private static final int CALLING = 1;
    private static final int INTERRUPTING = 2;
    private static final int INTERRUPTED = 3;

    private final Thread thread;
    private final boolean ours;
    private final AtomicInteger state = new AtomicInteger(IDLE);
    private volatile @Nullable Leasable target;
    private volatile long since;

    /** @param ours whether the thread is the platform's, and nobody else has a reason to interrupt it */
    CallGuard(Thread thread, boolean ours) {
        this.thread = thread;
        this.ours = ours;
    }

    boolean runsOn(Thread other) {
        return thread == other;
    }

    void enter(Leasable called, long now) {
        target = called;
        since = now;
        state.set(CALLING);
    }

    /** A call to one plugin calls another, or returns from it. */
    void move(Leasable called, long now) {
        target = called;
        since = now;
    }

    void leave() {
        if (!state.compareAndSet(CALLING, IDLE)) {
            while (state.get() == INTERRUPTING) {
                Thread.onSpinWait();
            }
            // The interrupt was meant for the call that is over.
            Thread.interrupted();
            state.set(IDLE);
        } else if (ours) {
            // Nor does one that a plugin has set itself.
            Thread.interrupted();
        }
    }

    /** Makes a call, which may lie within a call to another plugin. */
    <T> T during(Leasable called, long now, Supplier<T> call) {
        Leasable outer = target();
        long outerSince = since;
        if (outer == null) {
            enter(called, now);
        } else {
            move(called, now);
        }
        try {
            return call.get();
        } finally {
            if (outer == null) {
                leave();
            } else {
                move(outer, outerSince);
            }
        }
    }

    /** What is being called; null if nothing is. */
    @Nullable
    Leasable target() {
        return state.get() == IDLE ? null : target;
    }

    /** When the present call began. */
    long since() {
        return since;
    }

    boolean isCalling(Leasable called) {
        return target() == called;
    }

    /** Interrupts the thread if it is in a call to this plugin and has not been interrupted yet. */
    void interrupt(Leasable called) {
        if (target == called && state.compareAndSet(CALLING, INTERRUPTING)) {
            thread.interrupt();
            state.set(INTERRUPTED);
        }
    }
}
