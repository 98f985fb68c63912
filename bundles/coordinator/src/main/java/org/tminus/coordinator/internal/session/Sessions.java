/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.backend.Backend;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.coordinator.internal.status.Counters;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;

/** All sessions, one per model and backend. Thread-safe. */
public final class Sessions {
    /** Leases tell the services apart: entries are replaced when only their properties change. */
    private record Key(AdaptiveModel model, Backend backend) {}

    private final Map<Key, SessionSlot> slots = new ConcurrentHashMap<>();
    private final Counters counters;
    private final JournalBook journal;
    private final Executor opener;
    private final LongSupplier clock;
    private final PathPreparer preparer;
    private volatile Runnable listener = () -> {};
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

    /** From now on this listener learns of each session that is open or has failed to; it must be quick. */
    public void listen(Runnable only) {
        listener = only;
    }

    /** Has whoever waits for a session that opens for longer than this look for another. */
    public void checkOverdue(long timeoutNanos) {
        slots.values().forEach(slot -> slot.checkOverdue(timeoutNanos));
    }

    /** The slot for a model on a backend; it is opened when somebody asks for it. */
    public SessionSlot slot(ServiceEntry<AdaptiveModel> model, ServiceEntry<Backend> backend) {
        Key wanted = new Key(model.service(), backend.service());
        if (isGone(model, backend)) {
            // A request with an older pipeline asks: keep nothing that would outlive it, and leave alone what came
            // since.
            SessionSlot gone = new SessionSlot(model, backend, counters, journal, opener, clock);
            gone.retire();
            return gone;
        }
        SessionSlot slot = slots.compute(wanted, (key, known) -> {
            if (known != null && !known.isRetired() && known.isFor(model, backend)) {
                return known;
            }
            if (known != null) {
                // Its service went and came back: the session of the first time is not used again.
                known.retire();
            }
            return new SessionSlot(model, backend, counters, journal, opener, clock);
        });
        if (isGone(model, backend)) {
            slot.retire();
            slots.remove(wanted, slot);
        }
        return slot;
    }

    private boolean isGone(ServiceEntry<AdaptiveModel> model, ServiceEntry<Backend> backend) {
        return ended || backend.lease().isRetired() || model.lease().isRetired();
    }

    /** Opens a session in the background if need be, and then prepares its paths. */
    public void open(SessionSlot slot, @Nullable ModelRepository repository) {
        if (slot.state() != SessionSlot.State.READY && slot.state() != SessionSlot.State.OPENING && slot.mayOpen()) {
            slot.ensureOpen(repository, () -> {
                if (slot.state() == SessionSlot.State.READY) {
                    preparer.prepare(slot);
                }
                listener.run();
            });
        }
    }

    /** As {@link #open}; the action runs when the session is open or has failed to, on whichever thread. */
    public void open(SessionSlot slot, @Nullable ModelRepository repository, Runnable whenSettled) {
        open(slot, repository);
        slot.ensureOpen(repository, whenSettled);
    }

    /** Retires all sessions of a service that goes. */
    public List<SessionSlot> retire(ServiceEntry<?> gone) {
        List<SessionSlot> retired = new ArrayList<>();
        slots.forEach((key, slot) -> {
            if (key.model() == gone.service() || key.backend() == gone.service()) {
                slots.remove(key, slot);
                slot.retire();
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
        retired.forEach(SessionSlot::retire);
        return retired;
    }
}
