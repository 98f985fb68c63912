/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.coordinator.internal.status.Counters;
import org.tminus.failure.BackendException;
import org.tminus.failure.ModelFormatException;
import org.tminus.failure.TminusException;
import org.tminus.inference.JournalEntry;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelLease;
import org.tminus.model.ModelRepository;

/**
 * The place of one model's session on one backend. It is opened at most once at a time, in the background; requests lease
 * the slot, and when it is retired and the last lease is back, session and model lease are closed. Thread-safe.
 */
public final class SessionSlot extends Leasable {
    /** How far the slot is. */
    public enum State {
        /** Nobody has asked for the session yet. */
        NEW,
        OPENING,
        READY,
        /** Opening failed; it is tried again on demand when the time for it has come. */
        FAILED
    }

    private static final Logger LOG = LoggerFactory.getLogger(SessionSlot.class);
    private static final long FIRST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MOST_DOUBLINGS = 8;

    private final ServiceEntry<AdaptiveModel> model;
    private final ServiceEntry<Backend> backend;
    private final ModelView view;
    private final PathTimes times = new PathTimes();
    private final SharedCalls sharedCalls = new SharedCalls();
    private final Counters counters;
    private final JournalBook journal;
    private final Executor opener;
    private final LongSupplier clock;
    private final Consumer<SessionSlot> follower;

    private volatile State state = State.NEW;
    private volatile String numericClass = "";
    private volatile @Nullable BackendSession session;
    private volatile @Nullable TminusException failure;
    private @Nullable ModelLease lease;
    private int failures;
    private volatile long openingSince;
    private volatile boolean overdue;
    private volatile long retryAt;
    private List<Runnable> waiting = new ArrayList<>();

    /** @param follower is told when it is open or has failed to open */
    SessionSlot(
            ServiceEntry<AdaptiveModel> model,
            ServiceEntry<Backend> backend,
            Counters counters,
            JournalBook journal,
            Executor opener,
            LongSupplier clock,
            Consumer<SessionSlot> follower) {
        super(
                "session of model '" + model.service().name() + " "
                        + model.service().version() + "' on backend '" + backend.name() + "'",
                opener);
        this.model = model;
        this.backend = backend;
        this.view = new ModelView(model.service());
        this.counters = counters;
        this.journal = journal;
        this.opener = opener;
        this.clock = clock;
        this.follower = follower;
    }

    public ServiceEntry<AdaptiveModel> model() {
        return model;
    }

    public ServiceEntry<Backend> backend() {
        return backend;
    }

    public ModelView view() {
        return view;
    }

    /** Of the backend's device, known once a session was opened; empty before, or if the backend cannot say. */
    public String numericClass() {
        return numericClass;
    }

    public PathTimes times() {
        return times;
    }

    public SharedCalls sharedCalls() {
        return sharedCalls;
    }

    public State state() {
        return state;
    }

    /** Why the last opening failed. */
    public @Nullable TminusException failure() {
        return failure;
    }

    /** Whether asking for the session may help: it is not open, and not known to fail at this moment. */
    public boolean mayOpen() {
        return switch (state) {
            case NEW, OPENING -> true;
            case READY -> false;
            case FAILED -> clock.getAsLong() - retryAt >= 0;
        };
    }

    /** The open session; only for a holder of a lease, when the state is {@link State#READY}. */
    public BackendSession session() {
        BackendSession open = session;
        if (open == null) {
            throw new IllegalStateException("The " + this + " is not open");
        }
        return open;
    }

    /** Opens the session unless it is open or being opened, failed shortly before, or is going away. */
    public void ensureOpen(@Nullable ModelRepository repository, @Nullable Runnable whenSettled) {
        boolean start = false;
        synchronized (this) {
            if (mayOpen() && !isRetired()) {
                if (whenSettled != null) {
                    waiting.add(whenSettled);
                }
                whenSettled = null;
                start = state != State.OPENING;
                if (start) {
                    openingSince = clock.getAsLong();
                }
                state = State.OPENING;
            }
        }
        if (start) {
            try {
                opener.execute(() -> open(repository));
            } catch (RejectedExecutionException e) {
                // The platform has stopped; whoever waits is told, not forgotten.
                settle(null, null, gone());
            }
        }
        if (whenSettled != null) {
            whenSettled.run();
        }
    }

    /** Whether the opening takes so long that other backends are to be tried first. */
    public boolean isOverdue() {
        return overdue;
    }

    /**
     * Has those who wait look for another session, if this one has been opening for too long. It goes on opening.
     *
     * @return whether that is new
     */
    boolean checkOverdue(long timeoutNanos) {
        synchronized (this) {
            if (state != State.OPENING || overdue || clock.getAsLong() - openingSince <= timeoutNanos) {
                return false;
            }
            overdue = true;
        }
        String text = "The " + this + " has been opening for more than " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
                + " ms; other backends are tried first.";
        LOG.warn(text);
        journal.note(JournalEntry.SESSION_FAILED, model.service().name(), text, Map.of("backend", backend.name()));
        tellWaiting();
        return true;
    }

    /** It goes: whoever waits for it looks for another, however long it still opens. */
    void giveUp() {
        retire();
        tellWaiting();
    }

    private void tellWaiting() {
        List<Runnable> told;
        synchronized (this) {
            told = waiting;
            waiting = new ArrayList<>();
        }
        told.forEach(Runnable::run);
    }

    private void open(@Nullable ModelRepository repository) {
        BackgroundHolder holder = new BackgroundHolder(counters);
        if (!backend.lease().tryAcquire(holder)) {
            settle(null, null, gone());
            return;
        }
        try {
            if (!tryAcquire(holder)) {
                settle(null, null, gone());
                return;
            }
            try {
                openLeased(repository);
            } finally {
                holder.end();
                release(holder);
            }
        } finally {
            backend.lease().release(holder);
        }
    }

    private void openLeased(@Nullable ModelRepository repository) {
        ModelLease acquired = null;
        BackendSession opened;
        try {
            acquired = repository == null ? null : repository.acquire(model.service());
            opened = backend.service().open(model.service());
            if (opened == null) {
                throw new BackendException(
                        "Backend '" + backend.name() + "' gave no session for model '" + view.model() + "'.",
                        "See the log of the backend.");
            }
            numericClass = describe();
        } catch (TminusException e) {
            closeQuietly(acquired);
            settle(null, null, e);
            return;
        } catch (RuntimeException | Error e) {
            closeQuietly(acquired);
            settle(
                    null,
                    null,
                    new BackendException(
                            "Backend '" + backend.name() + "' failed to open model '" + view.model() + "': " + e,
                            "See the log of the backend.",
                            e));
            return;
        }
        counters.add(Counter.SESSIONS_OPENED);
        settle(opened, acquired, null);
    }

    private String describe() {
        try {
            return backend.service().device().numericClass();
        } catch (RuntimeException | Error e) {
            LOG.warn("Backend '{}' cannot describe its device", backend.name(), e);
            return "";
        }
    }

    private BackendException gone() {
        return new BackendException("The " + this + " is going away.", "Send the request again.");
    }

    private void settle(@Nullable BackendSession opened, @Nullable ModelLease acquired, @Nullable TminusException why) {
        synchronized (this) {
            overdue = false;
            session = opened;
            lease = acquired;
            failure = why;
            if (why == null) {
                failures = 0;
                state = State.READY;
            } else {
                retryAt = clock.getAsLong() + (FIRST_RETRY_NANOS << Math.min(failures++, MOST_DOUBLINGS));
                state = State.FAILED;
            }
        }
        if (why != null && !isRetired()) {
            counters.add(Counter.SESSIONS_FAILED);
            LOG.warn("The {} cannot be opened", this, why);
            journal.note(
                    isDamaged(why) ? JournalEntry.MODEL_REFUSED : JournalEntry.SESSION_FAILED,
                    model.service().name(),
                    "The " + this + " cannot be opened: " + why.getMessage(),
                    Map.of(
                            "backend",
                            backend.name(),
                            "version",
                            model.service().version().toString()));
        }
        follower.accept(this);
        tellWaiting();
    }

    private static boolean isDamaged(Throwable why) {
        for (Throwable cause = why; cause != null; cause = cause.getCause()) {
            if (cause instanceof ModelFormatException) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected void freed() {
        BackendSession open;
        ModelLease held;
        synchronized (this) {
            open = session;
            held = lease;
            session = null;
            lease = null;
        }
        closeQuietly(open);
        closeQuietly(held);
        if (open != null) {
            counters.add(Counter.SESSIONS_CLOSED);
        }
    }

    private void closeQuietly(@Nullable AutoCloseable resource) {
        if (resource == null) {
            return;
        }
        try {
            resource.close();
        } catch (Exception | Error e) {
            // Whatever it was: what comes after must be closed too.
            LOG.warn("The {} could not be closed", this, e);
        }
    }
}
