/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.session;

import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.pipeline.LeaseHolder;

/** Work on a background thread that holds leases: opening a session or preparing its paths. */
final class BackgroundHolder implements LeaseHolder {
    private final Thread thread = Thread.currentThread();
    private boolean over;

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

    @Override
    public void abandon(Leasable leased, String reason) {
        // Nobody waits for background work.
    }

    /** Ends the work, so that no interrupt reaches what the thread does next. */
    synchronized void end() {
        over = true;
        Thread.interrupted();
    }
}
