/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.CapacityException;
import org.tminus.inference.Priority;

/**
 * The queue of waiting requests, the threads that work on them, and the permits that bound how many are at work at once,
 * on workers and on clients' own threads together. A higher priority goes first, within one priority the older request.
 * Thread-safe.
 */
final class WorkerPool {
    /** Works on a task. @return false if the thread was given up meanwhile and must end */
    interface Work {
        boolean on(Task task);
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Lowest priority first. */
    private final EnumMap<Priority, ArrayDeque<Task>> queues = new EnumMap<>(Priority.class);

    /** Goes after all queues, and holds up nobody who asks whether others wait. */
    private final ArrayDeque<Task> shadows = new ArrayDeque<>();

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger shadowsWaiting = new AtomicInteger();
    private final Work work;
    private volatile int permits = 1;
    private int capacity;
    private int threads;
    private int idle;
    private int named;
    private boolean closed;

    WorkerPool(int capacity, Work work) {
        this.capacity = capacity;
        this.work = work;
        for (Priority priority : Priority.values()) {
            queues.put(priority, new ArrayDeque<>());
        }
    }

    void resize(int workers, int queueCapacity) {
        lock.lock();
        try {
            permits = workers;
            capacity = queueCapacity;
            startThreads();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes a permit for the calling thread, unless others wait or none is free. */
    boolean tryEnter() {
        return waiting.get() == 0 && enter();
    }

    /** Gives a permit back. */
    void leave() {
        running.decrementAndGet();
        if (isWorkWaiting()) {
            lock.lock();
            try {
                changed.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean isWorkWaiting() {
        return waiting.get() > 0 || shadowsWaiting.get() > 0;
    }

    /** @throws CapacityException if too many wait, or the platform is stopping */
    void submit(Task task) throws CapacityException {
        put(task, false);
    }

    /** Puts a task back that has been admitted before. @throws CapacityException if the platform is stopping */
    void resubmit(Task task) throws CapacityException {
        put(task, true);
    }

    private void put(Task task, boolean beyondCapacity) throws CapacityException {
        lock.lock();
        try {
            if (closed) {
                throw stopping();
            }
            if (!task.isShadow() && waiting.get() >= capacity && !beyondCapacity) {
                throw new CapacityException(
                        waiting.get() + " requests wait already, the queue holds " + capacity + ".",
                        "Send fewer at once, or raise queueCapacity.");
            }
            queue(task).addLast(task);
            counter(task).incrementAndGet();
            startThreads();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    static CapacityException stopping() {
        return new CapacityException("The platform is stopping.", "Send the request again when it is up.");
    }

    /** Takes a task out that need not be worked on any more. */
    void remove(Task task) {
        lock.lock();
        try {
            if (queue(task).remove(task)) {
                counter(task).decrementAndGet();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many waiting tasks are of this kind. */
    int count(Predicate<Task> kind) {
        if (waiting.get() == 0) {
            return 0;
        }
        lock.lock();
        try {
            return (int) queues.values().stream()
                    .mapToLong(queue -> queue.stream().filter(kind).count())
                    .sum();
        } finally {
            lock.unlock();
        }
    }

    /** A worker hangs and will not come back to the queue: another takes its place. */
    void replaceWorker() {
        lock.lock();
        try {
            threads--;
            startThreads();
        } finally {
            lock.unlock();
        }
    }

    private void startThreads() {
        while (!closed && threads < permits && waiting.get() + shadowsWaiting.get() > idle) {
            threads++;
            idle++;
            Thread thread = new Thread(this::work, "tminus-worker-" + ++named);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void work() {
        boolean first = true;
        for (; ; ) {
            Task task = take(first);
            first = false;
            if (task == null) {
                return;
            }
            if (!work.on(task)) {
                return;
            }
        }
    }

    /** Waits for a task and a permit. @return null when the thread is to end */
    private @Nullable Task take(boolean counted) {
        lock.lock();
        try {
            if (!counted) {
                idle++;
            }
            while (!closed && threads <= permits && (!isWorkWaiting() || !enter())) {
                changed.awaitUninterruptibly();
            }
            idle--;
            if (closed || threads > permits) {
                threads--;
                changed.signal();
                return null;
            }
            return poll();
        } finally {
            lock.unlock();
        }
    }

    private boolean enter() {
        int now;
        do {
            now = running.get();
            if (now >= permits) {
                return false;
            }
        } while (!running.compareAndSet(now, now + 1));
        return true;
    }

    private ArrayDeque<Task> queue(Task task) {
        return task.isShadow() ? shadows : Objects.requireNonNull(queues.get(task.priority()));
    }

    private AtomicInteger counter(Task task) {
        return task.isShadow() ? shadowsWaiting : waiting;
    }

    private Task poll() {
        Task next = shadows.peekFirst();
        for (ArrayDeque<Task> queue : queues.values()) {
            next = queue.isEmpty() ? next : queue.peekFirst();
        }
        if (next != null) {
            queue(next).pollFirst();
            counter(next).decrementAndGet();
            return next;
        }
        throw new IllegalStateException("Tasks are counted as waiting, but there are none");
    }

    /** No more work is taken. @return the tasks that were waiting */
    List<Task> close() {
        lock.lock();
        try {
            closed = true;
            List<Task> left = new ArrayList<>();
            queues.values().forEach(queue -> {
                left.addAll(queue);
                queue.clear();
            });
            left.addAll(shadows);
            shadows.clear();
            waiting.set(0);
            shadowsWaiting.set(0);
            changed.signalAll();
            return left;
        } finally {
            lock.unlock();
        }
    }
}
