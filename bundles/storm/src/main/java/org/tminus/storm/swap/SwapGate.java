/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps services up while a call hangs that nobody can end: it would hold up the drain of each service that its request has
 * leased, and which drain the platform counts it in would be chance. Many swaps at once, or one hang.
 */
public final class SwapGate {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

    /** Whether a swap may take a service down; {@link #leave} must follow if so. Called by the thread that swaps. */
    boolean tryEnter() {
        return isOpen() && lock.readLock().tryLock();
    }

    /** Whether a swap may take a service down, as it looks now. */
    boolean isOpen() {
        return !lock.isWriteLocked() && !lock.hasQueuedThreads();
    }

    void leave() {
        lock.readLock().unlock();
    }

    /** Waits until no service is being taken down, and keeps it so. */
    public void close() throws InterruptedException {
        lock.writeLock().lockInterruptibly();
    }

    /** By the thread that closed it. */
    public void open() {
        lock.writeLock().unlock();
    }
}
