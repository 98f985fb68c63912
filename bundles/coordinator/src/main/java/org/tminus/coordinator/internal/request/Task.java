/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Priority;

/**
 * One request on its way. It belongs to nobody while it waits, to one {@link Execution} while it is worked on, and to
 * nobody for good once it is done; who changes that first wins, so a request is answered exactly once. Thread-safe.
 */
final class Task {
    private static final Object DONE = new Object();

    private enum Purpose {
        ANSWER,
        FULL_DEPTH,
        REPEAT
    }

    private final long id;
    private final InferenceRequest request;
    private final long submittedNanos;
    private final Deadline deadline;
    private final CompletableFuture<InferenceResult> future;
    private final Purpose purpose;
    private final AtomicReference<@Nullable Object> owner = new AtomicReference<>();
    private final List<String> notes = new CopyOnWriteArrayList<>();
    private volatile Set<Leasable> excluded = Set.of();
    private volatile Batch batch;
    private volatile @Nullable Ticket ticket;
    /** Null if it runs alone. */
    private volatile @Nullable Joining joining;
    /** Whether it has been worked on together with others, and is to run alone now. */
    private volatile boolean parted;
    /** Whether it is held back for others to come. Guarded by the queue's lock. */
    private boolean held;
    /** Whether younger requests went before it to join another. Guarded by the queue's lock. */
    private boolean overtaken;
    /** Null as long as there is none, as for nearly all requests. */
    private @Nullable Set<Object> doneWithout;

    Task(
            long id,
            InferenceRequest request,
            Batch batch,
            long submittedNanos,
            Deadline deadline,
            CompletableFuture<InferenceResult> future) {
        this(id, request, batch, submittedNanos, deadline, future, Purpose.ANSWER);
    }

    private Task(
            long id,
            InferenceRequest request,
            Batch batch,
            long submittedNanos,
            Deadline deadline,
            CompletableFuture<InferenceResult> future,
            Purpose purpose) {
        this.id = id;
        this.request = request;
        this.batch = batch;
        this.submittedNanos = submittedNanos;
        this.deadline = deadline;
        this.future = future;
        this.purpose = purpose;
    }

    /** Runs some rows of an answered request at full depth, to compare; nobody waits for it. */
    static Task fullDepth(
            long id,
            InferenceRequest request,
            Batch batch,
            LongSupplier clock,
            CompletableFuture<InferenceResult> future) {
        return new Task(id, request, batch, clock.getAsLong(), Deadline.in(null, clock), future, Purpose.FULL_DEPTH);
    }

    /**
     * Runs an answered request with the other side of a rollout; nobody waits for it.
     *
     * @param ticket of the candidate; null if what is in force repeats it
     */
    static Task repeat(
            long id,
            InferenceRequest request,
            Batch batch,
            @Nullable Ticket ticket,
            LongSupplier clock,
            CompletableFuture<InferenceResult> future) {
        Task task = new Task(id, request, batch, clock.getAsLong(), Deadline.in(null, clock), future, Purpose.REPEAT);
        task.ticket = ticket;
        return task;
    }

    /** Puts the task on a side of a rollout. */
    void enrol(@Nullable Ticket given) {
        ticket = given;
    }

    /** The candidate cannot answer it: it goes with all others, and counts for no side. */
    void leaveRollout() {
        ticket = null;
    }

    /** On which side of a rollout it is; null if on none. */
    @Nullable
    Ticket ticket() {
        return ticket;
    }

    /** With which others it may be worked on; null if with none. */
    @Nullable
    Joining joining() {
        return joining;
    }

    void joins(@Nullable Joining given) {
        joining = given;
    }

    /** What it was worked on together with others came to nothing: it runs alone from now on. */
    void part() {
        joining = null;
        parted = true;
    }

    /** Whether it has had its turn before, so that it waits before all that has not. */
    boolean hasParted() {
        return parted;
    }

    boolean isHeld() {
        return held;
    }

    void hold(boolean back) {
        held = back;
    }

    boolean isOvertaken() {
        return overtaken;
    }

    void overtake() {
        overtaken = true;
    }

    /** Whether it runs at full depth whatever a policy would say. */
    boolean isFullDepth() {
        return purpose == Purpose.FULL_DEPTH;
    }

    /** Whether it only compares: it is in no count of requests, and goes after everything else. */
    boolean isShadow() {
        return purpose != Purpose.ANSWER;
    }

    long id() {
        return id;
    }

    InferenceRequest request() {
        return request;
    }

    Priority priority() {
        return request.priority();
    }

    Batch batch() {
        return batch;
    }

    /** Another version of the model answers than the one that the request was validated against. */
    void revalidated(Batch changed) {
        batch = changed;
    }

    long submittedNanos() {
        return submittedNanos;
    }

    Deadline deadline() {
        return deadline;
    }

    CompletableFuture<InferenceResult> future() {
        return future;
    }

    /** Sentences about fall-backs of attempts that were given up. */
    List<String> notes() {
        return notes;
    }

    /** What an earlier attempt hung in. */
    Set<Leasable> excluded() {
        return excluded;
    }

    boolean begin(Execution execution) {
        return owner.compareAndSet(null, execution);
    }

    /** @return false if the answer comes too late */
    boolean finish(Execution execution) {
        return owner.compareAndSet(execution, DONE);
    }

    /** Whether this execution is the one at work on the task; once false, it stays so. */
    boolean isOwnedBy(Execution execution) {
        return owner.get() == execution;
    }

    /** Takes the task from an execution that cannot go on, so that another may begin. */
    boolean takeFrom(Execution execution) {
        return owner.compareAndSet(execution, null);
    }

    /** An execution is given up; the next one does without what it hung in. */
    void exclude(Leasable hanging, String note) {
        Set<Leasable> more = ConcurrentHashMap.newKeySet();
        more.addAll(excluded);
        more.add(hanging);
        excluded = more;
        notes.add(note);
    }

    /**
     * The task does without a plugin.
     *
     * @param plugin anything that stands for it
     * @return whether this is new; of two threads that say so of one plugin, one is told
     */
    synchronized boolean doesWithout(Object plugin) {
        Set<Object> known = doneWithout;
        if (known == null) {
            known = new HashSet<>();
            doneWithout = known;
        }
        return known.add(plugin);
    }

    /**
     * Ends the task from outside.
     *
     * @return whether it was not done yet; an execution at work on it has been told to stop
     */
    boolean stop() {
        Object before = owner.getAndSet(DONE);
        if (before instanceof Execution execution) {
            execution.stop();
        }
        return before != DONE;
    }

    /** Whether an execution is at work on it. */
    boolean isAtWork() {
        return owner.get() instanceof Execution;
    }

    boolean isDone() {
        return owner.get() == DONE;
    }
}
