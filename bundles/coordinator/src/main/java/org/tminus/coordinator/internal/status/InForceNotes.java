/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.status;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.coordinator.internal.pipeline.ServiceBoard;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.coordinator.internal.request.Route;
import org.tminus.coordinator.internal.request.Router;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.inference.JournalEntry;
import org.tminus.model.AdaptiveModel;

/**
 * Writes into the journal which policy, predictor and backend answer for a model, whenever that is another one than before.
 * It looks in the background, so that no swap waits for it. Thread-safe.
 */
public final class InForceNotes {
    private static final Logger LOG = LoggerFactory.getLogger(InForceNotes.class);

    private record Place(String model, String kind) {}

    private final ServiceBoard board;
    private final Router router;
    private final JournalBook journal;
    private final Executor background;
    private final AtomicBoolean wanted = new AtomicBoolean();
    /** Guarded by itself. */
    private final Map<Place, String> before = new HashMap<>();

    public InForceNotes(ServiceBoard board, Router router, JournalBook journal, Executor background) {
        this.board = board;
        this.router = router;
        this.journal = journal;
        this.background = background;
    }

    /** Something has changed; returns at once. */
    public void look() {
        if (wanted.compareAndSet(false, true)) {
            try {
                background.execute(this::lookNow);
            } catch (RejectedExecutionException e) {
                LOG.debug("The platform has stopped", e);
            }
        }
    }

    private void lookNow() {
        wanted.set(false);
        Map<Place, String> now =
                new TreeMap<>(Comparator.comparing(Place::model).thenComparing(Place::kind));
        for (String name : board.current().models().keySet()) {
            for (ServiceEntry<AdaptiveModel> version : router.versionsInForce(name)) {
                Route route = router.route(version);
                put(now, name, "policy", route.policy().entry());
                put(
                        now,
                        name,
                        "predictor",
                        route.predictors().stream().findFirst().orElse(null));
                put(
                        now,
                        name,
                        "backend",
                        route.candidates().stream()
                                .filter(slot -> slot.state() == SessionSlot.State.READY)
                                .map(SessionSlot::backend)
                                .findFirst()
                                .orElse(null));
                break;
            }
        }
        synchronized (before) {
            now.forEach((place, name) -> {
                if (!name.equals(before.get(place))) {
                    journal.note(
                            JournalEntry.PLUGIN_IN_FORCE,
                            name,
                            "The " + place.kind() + " '" + name + "' answers for model '" + place.model() + "' now.",
                            Map.of("pluginKind", place.kind(), "model", place.model()));
                }
            });
            before.clear();
            before.putAll(now);
        }
    }

    private static void put(Map<Place, String> now, String model, String kind, @Nullable ServiceEntry<?> entry) {
        if (entry != null) {
            now.put(new Place(model, kind), entry.name());
        }
    }
}
