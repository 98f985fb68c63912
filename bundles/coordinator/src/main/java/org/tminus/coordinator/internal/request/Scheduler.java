/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

/** What an execution needs from the engine that started it. */
interface Scheduler {
    /** Puts a task, given up by an execution, on its way again. */
    void again(Task task);

    /** Something may answer now that could not before: has those who wait look again. */
    void lookAgain();

    /** The execution no longer counts as work. */
    void leave();

    /** The execution's worker hangs. */
    void replaceWorker();

    /** Does something that may take long on another thread. */
    void inBackground(Runnable work);

    /** How many requests wait for a model. */
    int queueLength(String model);

    /** How many requests wait for any model; neither locks nor allocates. */
    int requestsWaiting();

    /** For how long the oldest of them has waited; neither locks nor allocates. */
    long oldestWaitNanos();

    /** Sends a task that only compares; its future is completed in any case. */
    void shadow(Task task);
}
