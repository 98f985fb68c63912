/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.backend.Backend;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.coordinator.internal.status.Counters;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;

/** All sessions, one per model and backend. Thread-safe. */
public final class Sessions {
    /** Leases tell the registrations apart: entries are replaced when only their properties change. */
    private record Key(Leasable model, Leasable backend) {}

    private final Map<Key, SessionSlot> slots = new ConcurrentHashMap<>();
    private final Counters counters;
    private final JournalBook journal;
    private final Executor opener;
    private final LongSupplier clock;
    private final PathPreparer preparer;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean ended;

    /**
     * @param opener runs the openings and closings, which may take long, and the compilation of paths
     * @param clock monotonic nanoseconds
     */
    public Sessions(Counters counters, JournalBook journal, Executor opener, LongSupplier clock) {
        this.counters = counters;
        this.journal = journal;
        this.opener = opener;
        this.clock = clock;
        this.preparer = new PathPreparer(opener, counters);
    }

    /** From now on this listener too learns of each session that is open, has failed to, or takes too long; it must be quick. */
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    private void settled(SessionSlot slot) {
        if (slot.state() == SessionSlot.State.READY) {
            preparer.prepare(slot);
        }
        listeners.forEach(Runnable::run);
    }

    /** Has whoever waits for a session that opens for longer than this look for another. */
    public void checkOverdue(long timeoutNanos) {
        for (SessionSlot slot : slots.values()) {
            if (slot.checkOverdue(timeoutNanos)) {
                listeners.forEach(Runnable::run);
            }
        }
    }

    /** The slot for a model on a backend; it is opened when somebody asks for it. */
    public SessionSlot slot(ServiceEntry<AdaptiveModel> model, ServiceEntry<Backend> backend) {
        Key wanted = new Key(model.lease(), backend.lease());
        if (isGone(model, backend)) {
            // A request with an older pipeline asks: keep nothing that would outlive it, and leave alone what came
            // since.
            SessionSlot gone = newSlot(model, backend);
            gone.retire();
            return gone;
        }
        SessionSlot slot = slots.computeIfAbsent(wanted, unseen -> newSlot(model, backend));
        if (isGone(model, backend)) {
            slot.retire();
            slots.remove(wanted, slot);
        }
        return slot;
    }

    private SessionSlot newSlot(ServiceEntry<AdaptiveModel> model, ServiceEntry<Backend> backend) {
        return new SessionSlot(model, backend, counters, journal, opener, clock, this::settled);
    }

    private boolean isGone(ServiceEntry<AdaptiveModel> model, ServiceEntry<Backend> backend) {
        return ended || backend.lease().isRetired() || model.lease().isRetired();
    }

    /** Opens a session in the background if need be, and then prepares its paths. */
    public void open(SessionSlot slot, @Nullable ModelRepository repository) {
        slot.ensureOpen(repository, null);
    }

    /** As {@link #open}; the action runs when there is nothing to wait for any more, or for too long, on whichever thread. */
    public void open(SessionSlot slot, @Nullable ModelRepository repository, Runnable whenSettled) {
        slot.ensureOpen(repository, whenSettled);
    }

    /** Retires all sessions of a service that goes. */
    public List<SessionSlot> retire(ServiceEntry<?> gone) {
        List<SessionSlot> retired = new ArrayList<>();
        slots.forEach((key, slot) -> {
            if (key.model() == gone.lease() || key.backend() == gone.lease()) {
                slots.remove(key, slot);
                slot.giveUp();
                retired.add(slot);
            }
        });
        preparer.forget(gone.lease());
        return retired;
    }

    /** Retires all sessions, also those that are asked for later. */
    public List<SessionSlot> retireAll() {
        ended = true;
        List<SessionSlot> retired = new ArrayList<>(slots.values());
        slots.clear();
        retired.forEach(SessionSlot::giveUp);
        return retired;
    }
}
