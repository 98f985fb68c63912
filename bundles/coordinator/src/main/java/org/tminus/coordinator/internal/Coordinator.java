/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.tminus.coordinator.internal.certificate.CertificateBook;
import org.tminus.coordinator.internal.certificate.Withdrawal;
import org.tminus.coordinator.internal.certificate.WithdrawalStore;
import org.tminus.coordinator.internal.configuration.Configuration;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.coordinator.internal.pipeline.Drainer;
import org.tminus.coordinator.internal.pipeline.ServiceBoard;
import org.tminus.coordinator.internal.request.InferenceEngine;
import org.tminus.coordinator.internal.request.Platform;
import org.tminus.coordinator.internal.request.Router;
import org.tminus.coordinator.internal.rollout.RolloutBook;
import org.tminus.coordinator.internal.rollout.RolloutStore;
import org.tminus.coordinator.internal.session.Sessions;
import org.tminus.coordinator.internal.status.Counters;
import org.tminus.coordinator.internal.status.InForceNotes;
import org.tminus.coordinator.internal.status.StatusReport;
import org.tminus.inference.InferenceService;
import org.tminus.inference.Journal;
import org.tminus.inference.JournalEntry;
import org.tminus.inference.PlatformStatus;

/** All parts of the coordinator put together, without OSGi: services come and go through {@link #board()}. */
public final class Coordinator implements AutoCloseable {
    private final ConfigurationHolder configuration;
    private final Counters counters = new Counters();
    private final ExecutorService background = Executors.newCachedThreadPool(threads("tminus-session-"));

    /** Complete futures. As many as it takes: dependents may wait for other requests, whose futures they would block. */
    private final ExecutorService completions = Executors.newCachedThreadPool(threads("tminus-completion-"));

    private final Drainer drainer = new Drainer(counters, background);
    private final ServiceBoard board;
    private final Sessions sessions;
    private final CertificateBook certificates;
    private final InferenceEngine engine;
    private final StatusReport status;
    private final JournalBook journal;
    private final RolloutBook rollouts;
    private final InForceNotes inForce;
    private volatile Consumer<Withdrawal> withdrawn = withdrawal -> {};

    /** Without anybody who reads the journal; no rollout outlives a restart. */
    public Coordinator(ConfigurationHolder configuration, WithdrawalStore withdrawals, LongSupplier clock) {
        this(configuration, withdrawals, new RolloutStore(null), new JournalBook(null), clock);
    }

    /**
     * Puts the parts together; nothing runs yet.
     *
     * @param withdrawals where withdrawn certificates are kept over restarts
     * @param trials where it is kept over restarts how far rollouts were
     * @param journal begins to write, and is closed, with the coordinator
     * @param clock monotonic nanoseconds
     */
    public Coordinator(
            ConfigurationHolder configuration,
            WithdrawalStore withdrawals,
            RolloutStore trials,
            JournalBook journal,
            LongSupplier clock) {
        this.configuration = configuration;
        this.journal = journal;
        this.board = new ServiceBoard(configuration.current(), drainer, counters, journal);
        this.sessions = new Sessions(counters, journal, background, clock);
        this.rollouts = new RolloutBook(trials, journal, background);
        Router router = new Router(board, sessions, rollouts);
        this.certificates = new CertificateBook(withdrawals, counters, Clock.systemUTC());
        this.inForce = new InForceNotes(board, router, journal, background);
        Platform platform = new Platform(board, router, sessions, counters, certificates, journal, clock);
        this.engine = new InferenceEngine(platform, completions, background);
        this.status = new StatusReport(board, router, counters, certificates, rollouts, configuration::problems);
        rollouts.listen(router::isThere, () -> board.current().models().keySet(), board::renew);
        certificates.listen(this::tell);
    }

    /** Begins to open sessions; after the services that are there already have been put on the board. */
    public void start() {
        journal.start();
        sessions.listen(inForce::look);
        configuration.listen(this::configure);
        configure(configuration.current());
        engine.start(inForce::look);
    }

    private void configure(Configuration changed) {
        rollouts.configure(changed);
        board.configure(changed);
    }

    /** From now on each withdrawal of a certificate goes to this listener too. */
    public void listenToWithdrawals(Consumer<Withdrawal> only) {
        withdrawn = only;
    }

    private void tell(Withdrawal withdrawal) {
        journal.note(
                JournalEntry.CERTIFICATE_WITHDRAWN,
                withdrawal.id().model(),
                withdrawal.reason(),
                Map.of(
                        "operatingPoint", withdrawal.id().point(),
                        "limit", Double.toString(withdrawal.limit()),
                        "compared", Long.toString(withdrawal.compared()),
                        "disagreed", Long.toString(withdrawal.disagreed())));
        withdrawn.accept(withdrawal);
    }

    /** Takes back all withdrawals for a model. @return the points that were withdrawn */
    public List<String> restore(String model) {
        List<String> restored = certificates.restore(model);
        for (String point : restored) {
            journal.note(
                    JournalEntry.CERTIFICATE_RESTORED,
                    model,
                    "The certificate for operating point '" + point + "' is in force again, by an operator's command.",
                    Map.of("operatingPoint", point));
        }
        return restored;
    }

    public Journal journal() {
        return journal;
    }

    /** What is tried, and the way to decide on it. */
    public RolloutBook rollouts() {
        return rollouts;
    }

    private static ThreadFactory threads(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    public ServiceBoard board() {
        return board;
    }

    public InferenceService service() {
        return engine;
    }

    public PlatformStatus status() {
        return status;
    }

    /** Refuses new requests, lets those at work finish within the drain bound, closes the sessions, ends the threads. */
    @Override
    public void close() {
        configuration.listen(ignored -> {});
        engine.close();
        var retired = sessions.retireAll();
        if (!retired.isEmpty()) {
            drainer.drain(
                    retired, () -> board.current().configuration().global().drainTimeoutNanos(), outcome -> {});
        }
        engine.stopWatching();
        completions.shutdown();
        background.shutdown();
        journal.close();
    }
}
