/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.inference.InferenceResult;

/**
 * Comparisons that wait for their second run. One runs at a time, in the order of the queue; what the queue does not hold
 * is dropped. Thread-safe.
 */
final class ShadowQueue {
    private static final Logger LOG = LoggerFactory.getLogger(ShadowQueue.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<ShadowJob> queue = new ArrayDeque<>();
    private boolean busy;
    private boolean closed;

    /**
     * Takes a job whose answer was delivered.
     *
     * @param capacity of the queue
     * @param clock monotonic nanoseconds
     * @param runner sends a task to the workers; its future is completed in any case
     */
    void offer(ShadowJob job, int capacity, LongSupplier clock, Consumer<Task> runner) {
        lock.lock();
        try {
            if (closed || queue.size() >= capacity) {
                job.drop();
                return;
            }
            queue.addLast(job);
        } finally {
            lock.unlock();
        }
        goOn(clock, runner);
    }

    /** Works through what needs no run, and sends the first job that does; goes on when that one is done. */
    private void goOn(LongSupplier clock, Consumer<Task> runner) {
        for (; ; ) {
            ShadowJob job;
            lock.lock();
            try {
                job = busy ? null : queue.pollFirst();
                if (job == null) {
                    return;
                }
                busy = true;
            } finally {
                lock.unlock();
            }
            start(job, clock, runner);
        }
    }

    private void release() {
        lock.lock();
        try {
            busy = false;
        } finally {
            lock.unlock();
        }
    }

    private void start(ShadowJob job, LongSupplier clock, Consumer<Task> runner) {
        CompletableFuture<InferenceResult> future = new CompletableFuture<>();
        Task task = job.task(clock, future);
        if (task == null) {
            try {
                job.compare(null);
            } finally {
                release();
            }
            return;
        }
        // One that ends before it was even sent is followed by the loop that sent it, not by a call within a call.
        AtomicBoolean sending = new AtomicBoolean(true);
        var unused = future.whenComplete((result, failure) -> {
            try {
                finish(job, result);
            } finally {
                release();
                if (!sending.get()) {
                    goOn(clock, runner);
                }
            }
        });
        runner.accept(task);
        sending.set(false);
    }

    private static void finish(ShadowJob job, @Nullable InferenceResult result) {
        if (result == null) {
            job.drop();
            return;
        }
        try (result) {
            job.compare(result);
        } catch (RuntimeException e) {
            LOG.error("Request {} could not be compared", job.requestId(), e);
        } finally {
            job.close();
        }
    }

    /** Drops what waits and what comes. */
    void close() {
        lock.lock();
        try {
            closed = true;
            queue.forEach(ShadowJob::drop);
            queue.clear();
        } finally {
            lock.unlock();
        }
    }
}
