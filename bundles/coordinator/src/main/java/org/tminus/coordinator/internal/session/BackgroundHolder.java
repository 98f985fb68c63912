/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.session;

import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.pipeline.LeaseHolder;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.coordinator.internal.status.Counters;

/** Work on a background thread that holds leases: opening a session or preparing its paths. */
final class BackgroundHolder implements LeaseHolder {
    private final Thread thread = Thread.currentThread();
    private final Counters counters;
    private boolean over;
    private boolean abandoned;

    BackgroundHolder(Counters counters) {
        this.counters = counters;
    }

    @Override
    public boolean runsOn(Thread other) {
        return thread == other;
    }

    @Override
    public synchronized void withdraw(Leasable leased, String reason) {
        if (!over) {
            thread.interrupt();
        }
    }

    /** Nobody waits for background work. */
    @Override
    public synchronized boolean abandon(Leasable leased, String reason) {
        if (over || abandoned) {
            return false;
        }
        abandoned = true;
        counters.add(Counter.ABANDONED);
        return true;
    }

    /** Ends the work, so that no interrupt reaches what the thread does next. */
    synchronized void end() {
        over = true;
        Thread.interrupted();
    }
}
