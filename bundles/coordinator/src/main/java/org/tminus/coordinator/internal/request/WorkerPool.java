/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
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
    /** Works on a task, and on those that joined it. @return false if the thread was given up meanwhile and must end */
    interface Work {
        boolean on(Task task, List<Task> joined);
    }

    private static final long UNTIL_SIGNALLED = Long.MAX_VALUE;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final EnumMap<Priority, ArrayDeque<Task>> queues = new EnumMap<>(Priority.class);

    /** The same, highest priority first. */
    private final List<ArrayDeque<Task>> inOrder = new ArrayList<>();

    /** Goes after all queues, and holds up nobody who asks whether others wait. */
    private final ArrayDeque<Task> shadows = new ArrayDeque<>();

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger shadowsWaiting = new AtomicInteger();
    private final LongSupplier clock;
    private final Work work;
    private volatile int permits = 1;
    /** When the oldest of the waiting requests that stand first in their queues was submitted; as long as any waits. */
    private volatile long oldestNanos;
    /** How many wait that are held back for others to join them. */
    private int held;

    private int capacity;
    private int threads;
    private int idle;
    private int named;
    private boolean closed;

    /** @param clock monotonic nanoseconds */
    WorkerPool(int capacity, LongSupplier clock, Work work) {
        this.capacity = capacity;
        this.clock = clock;
        this.work = work;
        for (Priority priority : Priority.values()) {
            queues.put(priority, new ArrayDeque<>());
        }
        inOrder.addAll(queues.values());
        Collections.reverse(inOrder);
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
            if (task.hasParted()) {
                queue(task).addFirst(task);
            } else {
                queue(task).addLast(task);
            }
            counter(task).incrementAndGet();
            holdBack(task);
            noteOldest();
            startThreads();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** A request that others may join waits for them, unless there are enough already. */
    private void holdBack(Task task) {
        Joining joining = task.joining();
        if (joining == null || !joining.isHeldBack()) {
            return;
        }
        task.hold(true);
        held++;
        int rows = 0;
        for (Task other : queue(task)) {
            rows += joining.joins(other.joining()) ? other.batch().rows() : 0;
        }
        if (rows >= joining.maxRows()) {
            for (Task other : queue(task)) {
                if (joining.joins(other.joining())) {
                    letGo(other);
                }
            }
        }
    }

    private void letGo(Task task) {
        if (task.isHeld()) {
            task.hold(false);
            held--;
        }
    }

    private void noteOldest() {
        long oldest = 0;
        boolean any = false;
        for (int index = 0; index < inOrder.size(); index++) {
            Task first = inOrder.get(index).peekFirst();
            if (first != null && (!any || first.submittedNanos() - oldest < 0)) {
                oldest = first.submittedNanos();
                any = true;
            }
        }
        if (any) {
            oldestNanos = oldest;
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
                letGo(task);
                noteOldest();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many requests wait; without a lock. */
    int requestsWaiting() {
        return waiting.get();
    }

    /** For how long the oldest request has waited; without a lock. */
    long oldestWaitNanos() {
        return waiting.get() == 0 ? 0 : Math.max(0, clock.getAsLong() - oldestNanos);
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
        List<Task> joined = new ArrayList<>(0);
        for (; ; ) {
            joined.clear();
            Task task = take(first, joined);
            first = false;
            if (task == null) {
                return;
            }
            if (!work.on(task, joined)) {
                return;
            }
        }
    }

    /**
     * Waits for a task and a permit.
     *
     * @param joined receives those that are to be worked on together with it
     * @return null when the thread is to end
     */
    private @Nullable Task take(boolean counted, List<Task> joined) {
        lock.lock();
        try {
            if (!counted) {
                idle++;
            }
            awaitTurn();
            idle--;
            if (closed || threads > permits) {
                threads--;
                changed.signal();
                return null;
            }
            Task task = poll();
            gather(task, joined);
            noteOldest();
            if (task.joining() != null && isWorkWaiting()) {
                // What is left for a free worker came with fewer signals than there are workers for it now.
                changed.signal();
            }
            return task;
        } finally {
            lock.unlock();
        }
    }

    /** Returns with a permit and something that may start, or when the thread is to end. */
    private void awaitTurn() {
        while (!closed && threads <= permits) {
            long pause = isWorkWaiting() ? pause() : UNTIL_SIGNALLED;
            if (pause == 0 && enter()) {
                return;
            }
            if (pause == 0 || pause == UNTIL_SIGNALLED) {
                changed.awaitUninterruptibly();
                continue;
            }
            try {
                changed.awaitNanos(pause);
            } catch (InterruptedException e) {
                // Meant for a call that is over: nobody interrupts a worker that waits.
            }
        }
    }

    /** Nanoseconds until something that waits is no longer held back; 0 if something is not. */
    private long pause() {
        if (held == 0 || !shadows.isEmpty()) {
            return 0;
        }
        long now = clock.getAsLong();
        long least = UNTIL_SIGNALLED;
        for (int index = 0; index < inOrder.size(); index++) {
            for (Task task : inOrder.get(index)) {
                long left = heldFor(task, now);
                if (left <= 0) {
                    return 0;
                }
                least = Math.min(least, left);
            }
        }
        return least;
    }

    private static long heldFor(Task task, long now) {
        Joining joining = task.joining();
        return task.isHeld() && joining != null ? task.submittedNanos() + joining.holdNanos() - now : 0;
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
        Task next = null;
        for (int index = 0; index < inOrder.size() && next == null; index++) {
            next = held == 0 ? inOrder.get(index).peekFirst() : firstToStart(inOrder.get(index));
        }
        if (next == null) {
            next = shadows.peekFirst();
        }
        if (next == null) {
            throw new IllegalStateException("Tasks are counted as waiting, but there are none");
        }
        // Nearly always the first.
        queue(next).remove(next);
        counter(next).decrementAndGet();
        letGo(next);
        return next;
    }

    private @Nullable Task firstToStart(ArrayDeque<Task> queue) {
        long now = clock.getAsLong();
        for (Task task : queue) {
            if (heldFor(task, now) <= 0) {
                return task;
            }
        }
        return null;
    }

    /**
     * Takes out those that may join a task, in the order of their arrival. What does not join is overtaken by those that
     * came later, but only once. Free workers get their share, unless those that wait were held back to run together.
     */
    private void gather(Task task, List<Task> joined) {
        Joining joining = task.joining();
        if (joining == null) {
            return;
        }
        int most = joining.isHeldBack() ? Integer.MAX_VALUE : share() - 1;
        int room = joining.maxRows() - task.batch().rows();
        List<Task> passed = new ArrayList<>();
        for (Iterator<Task> others = queue(task).iterator(); others.hasNext() && room > 0 && joined.size() < most; ) {
            Task other = others.next();
            if (!joining.joins(other.joining())) {
                if (other.isOvertaken()) {
                    return;
                }
                passed.add(other);
                continue;
            }
            if (other.batch().rows() > room) {
                return;
            }
            room -= other.batch().rows();
            others.remove();
            counter(other).decrementAndGet();
            letGo(other);
            joined.add(other);
            passed.forEach(Task::overtake);
            passed.clear();
        }
    }

    /** How many of the waiting requests and the one just taken are for this worker, if free ones take as many. */
    private int share() {
        int workers = 1 + Math.max(0, permits - running.get());
        return (waiting.get() + workers) / workers;
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
            held = 0;
            waiting.set(0);
            shadowsWaiting.set(0);
            changed.signalAll();
            return left;
        } finally {
            lock.unlock();
        }
    }
}
