/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.pipeline;

/** Whoever works with a leased service: a running request, or background work such as the opening of a session. */
public interface LeaseHolder {
    /** Whether the work is done by this thread; draining never waits for its own thread. */
    boolean runsOn(Thread thread);

    /** The service goes: cancel and interrupt a call to it, and make no further ones. May come on any thread. */
    void withdraw(Leasable leased, String reason);

    /**
     * The call did not react to {@link #withdraw}: whoever waits for its answer gets one without it. The holder counts it.
     *
     * @return whether there was such a call that had not been given up before
     */
    boolean abandon(Leasable leased, String reason);
}
