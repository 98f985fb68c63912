/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.RunControl;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.tensor.HostTensor;

/** Travels with the runs of one request on one backend. */
final class CallControl implements RunControl {
    private static final Logger LOG = LoggerFactory.getLogger(CallControl.class);
    private static final Registration NOTHING = () -> {};

    private final Deadline deadline;
    private final Executor background;
    private volatile Set<String> outputs;
    private volatile @Nullable Set<Runnable> actions;
    private volatile boolean cancelled;

    /** @param background runs what a backend registered for the case of a cancellation: it may take long, or never end */
    CallControl(Set<String> outputs, Deadline deadline, Executor background) {
        this.outputs = outputs;
        this.background = background;
        this.deadline = deadline;
    }

    /** What the next run is to give. */
    void expect(Set<String> wanted) {
        outputs = wanted;
    }

    void cancel() {
        cancelled = true;
        Set<Runnable> registered = actions;
        if (registered == null || registered.isEmpty()) {
            return;
        }
        try {
            background.execute(() -> registered.forEach(action -> runOnce(registered, action)));
        } catch (RejectedExecutionException e) {
            LOG.debug("The platform has stopped; the call learns of it when it asks", e);
        }
    }

    private static void runOnce(Set<Runnable> registered, Runnable action) {
        if (registered.remove(action)) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                LOG.warn("A backend's reaction to a cancellation failed", e);
            }
        }
    }

    @Override
    public Set<String> requestedOutputs() {
        return outputs;
    }

    /** None: a call that is given up could still write to a client's memory when that has its answer from another. */
    @Override
    public Optional<HostTensor> destination(String output) {
        return Optional.empty();
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public long nanosLeft() {
        return deadline.nanosLeft();
    }

    @Override
    public void check() throws RequestCancelledException, DeadlineExceededException {
        if (cancelled) {
            throw new RequestCancelledException("The run was cancelled.", "");
        }
        deadline.check();
    }

    @Override
    public Registration onCancel(Runnable action) {
        if (cancelled) {
            action.run();
            return NOTHING;
        }
        Set<Runnable> registered = registrations();
        registered.add(action);
        if (cancelled) {
            runOnce(registered, action);
        }
        return () -> registered.remove(action);
    }

    private Set<Runnable> registrations() {
        Set<Runnable> registered = actions;
        if (registered == null) {
            synchronized (this) {
                registered = actions;
                if (registered == null) {
                    registered = ConcurrentHashMap.newKeySet();
                    actions = registered;
                }
            }
        }
        return registered;
    }
}
