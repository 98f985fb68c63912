/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
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

    private final long id;
    private final InferenceRequest request;
    private final long submittedNanos;
    private final Deadline deadline;
    private final CompletableFuture<InferenceResult> future;
    private final boolean shadow;
    private final AtomicReference<@Nullable Object> owner = new AtomicReference<>();
    private final List<String> notes = new CopyOnWriteArrayList<>();
    private volatile Set<Leasable> excluded = Set.of();
    private volatile Batch batch;

    Task(
            long id,
            InferenceRequest request,
            Batch batch,
            long submittedNanos,
            Deadline deadline,
            CompletableFuture<InferenceResult> future) {
        this(id, request, batch, submittedNanos, deadline, future, false);
    }

    private Task(
            long id,
            InferenceRequest request,
            Batch batch,
            long submittedNanos,
            Deadline deadline,
            CompletableFuture<InferenceResult> future,
            boolean shadow) {
        this.id = id;
        this.request = request;
        this.batch = batch;
        this.submittedNanos = submittedNanos;
        this.deadline = deadline;
        this.future = future;
        this.shadow = shadow;
    }

    /** Runs some rows of an answered request at full depth, to compare; nobody waits for it. */
    static Task shadow(
            long id,
            InferenceRequest request,
            Batch batch,
            long now,
            Deadline none,
            CompletableFuture<InferenceResult> future) {
        return new Task(id, request, batch, now, none, future, true);
    }

    /** Whether it only compares: it is in no count of requests, and goes after everything else. */
    boolean isShadow() {
        return shadow;
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

    boolean isDone() {
        return owner.get() == DONE;
    }
}
