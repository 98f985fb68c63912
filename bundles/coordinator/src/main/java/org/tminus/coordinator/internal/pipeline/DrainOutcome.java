/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.pipeline;

/** How the work with a service that went has ended. */
public enum DrainOutcome {
    /** All requests finished in time. */
    DRAINED,
    /** Calls were cancelled and interrupted, and then came back. */
    CANCELLED,
    /** A call did not come back; its late answer will be discarded, and what it holds is freed when it returns. */
    ABANDONED,
    /** Work with it did not end because of a call that was given up before, or of one to another service. */
    HELD_UP,
    /** The thread that asked holds a lease itself, so the work is drained in the background. */
    DEFERRED
}
