/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.certificate;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.certificate.SequentialTest;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.coordinator.internal.status.Counters;

/**
 * Which certified points are watched, and which were withdrawn. A withdrawal outlives changes of configuration and
 * restarts, and holds for every certificate of a model of that name for that point, since what was found is about the inputs.
 * It ends with a certificate on data from after it, or by {@link #restore}. The evidence before a withdrawal is not kept
 * over a restart: watching begins anew. Thread-safe.
 */
public final class CertificateBook {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateBook.class);

    private final WithdrawalStore store;
    private final Counters counters;
    private final Clock clock;
    private final Map<PointId, SequentialTest> watched = new ConcurrentHashMap<>();
    private volatile Map<PointId, Withdrawal> withdrawals;
    private volatile Consumer<Withdrawal> listener = withdrawal -> {};

    /** @param clock the wall clock */
    public CertificateBook(WithdrawalStore store, Counters counters, Clock clock) {
        this.store = store;
        this.counters = counters;
        this.clock = clock;
        Map<PointId, Withdrawal> kept = new LinkedHashMap<>();
        store.load().forEach(withdrawal -> kept.put(withdrawal.id(), withdrawal));
        this.withdrawals = kept;
    }

    /** From now on each withdrawal goes to this listener, on the thread that brought it about. */
    public void listen(Consumer<Withdrawal> only) {
        listener = only;
    }

    /**
     * The withdrawal that a point is under; null if there is none.
     *
     * @param dataSince the time before which no calibration input of its certificate is from, if that is known
     */
    public @Nullable Withdrawal withdrawal(PointId id, Optional<Instant> dataSince) {
        Map<PointId, Withdrawal> present = withdrawals;
        return present.isEmpty()
                ? null
                : present.values().stream()
                        .filter(each -> each.holdsFor(id, dataSince))
                        .max(Comparator.comparing(Withdrawal::at))
                        .orElse(null);
    }

    /** What watching a point has seen; null if nothing. */
    public SequentialTest.@Nullable State watched(PointId id) {
        SequentialTest test = watched.get(id);
        return test == null ? null : test.state();
    }

    /** The test that answers of a point go to now; a later {@link #restore} begins another. */
    public SequentialTest test(PointId id, double limit, double delta) {
        return watched.computeIfAbsent(id, unseen -> new SequentialTest(limit, delta));
    }

    /** Takes the outcome of one comparison; withdraws the point if that is one disagreement too many. */
    public void observe(PointId id, SequentialTest test, boolean agrees) {
        if (!test.observe(agrees) || withdrawals.containsKey(id)) {
            return;
        }
        SequentialTest.State state = test.state();
        Withdrawal withdrawal = new Withdrawal(id, clock.instant(), state.limit(), state.observed(), state.disagreed());
        synchronized (this) {
            // Evidence from before an operator's decision does not overrule it.
            if (watched.get(id) != test || withdrawals.containsKey(id)) {
                return;
            }
            Map<PointId, Withdrawal> more = new LinkedHashMap<>(withdrawals);
            more.put(id, withdrawal);
            withdrawals = more;
            store.save(more.values());
        }
        counters.add(Counter.CERTIFICATE_WITHDRAWALS);
        LOG.warn("Model '{}': {} Only full depth is in force for it now.", id.model(), withdrawal.reason());
        listener.accept(withdrawal);
    }

    /** Takes back all withdrawals for a model, and begins to watch it anew. @return the points that were withdrawn */
    public synchronized List<String> restore(String model) {
        Map<PointId, Withdrawal> left = new LinkedHashMap<>(withdrawals);
        List<String> restored = new ArrayList<>();
        left.keySet().removeIf(id -> {
            boolean gone = id.model().equals(model);
            if (gone && !restored.contains(id.point())) {
                restored.add(id.point());
            }
            return gone;
        });
        if (!restored.isEmpty()) {
            watched.keySet().removeIf(id -> id.model().equals(model));
            withdrawals = left;
            store.save(left.values());
            LOG.warn(
                    "The certificate of model '{}' is in force again for {}, by an operator's command",
                    model,
                    restored);
        }
        return restored;
    }
}
