/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.tminus.coordinator.internal.certificate.CertificateBook;
import org.tminus.coordinator.internal.certificate.WithdrawalStore;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;
import org.tminus.coordinator.internal.pipeline.Drainer;
import org.tminus.coordinator.internal.pipeline.ServiceBoard;
import org.tminus.coordinator.internal.request.InferenceEngine;
import org.tminus.coordinator.internal.request.Platform;
import org.tminus.coordinator.internal.request.Router;
import org.tminus.coordinator.internal.session.Sessions;
import org.tminus.coordinator.internal.status.Counters;
import org.tminus.coordinator.internal.status.StatusReport;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;

/** All parts of the coordinator put together, without OSGi: services come and go through {@link #board()}. */
public final class Coordinator implements AutoCloseable {
    private final ConfigurationHolder configuration;
    private final Counters counters = new Counters();
    private final ExecutorService background = Executors.newCachedThreadPool(threads("tminus-session-"));
    private final ExecutorService preparing = Executors.newSingleThreadExecutor(threads("tminus-prepare-"));

    /** Complete futures. As many as it takes: dependents may wait for other requests, whose futures they would block. */
    private final ExecutorService completions = Executors.newCachedThreadPool(threads("tminus-completion-"));

    private final Drainer drainer = new Drainer(counters, background);
    private final ServiceBoard board;
    private final Sessions sessions;
    private final CertificateBook certificates;
    private final InferenceEngine engine;
    private final StatusReport status;

    /**
     * Puts the parts together; nothing runs yet.
     *
     * @param withdrawals where withdrawn certificates are kept over restarts
     * @param clock monotonic nanoseconds
     */
    public Coordinator(ConfigurationHolder configuration, WithdrawalStore withdrawals, LongSupplier clock) {
        this.configuration = configuration;
        this.board = new ServiceBoard(configuration.current(), drainer, counters);
        this.sessions = new Sessions(counters, background, preparing, clock);
        Router router = new Router(board, sessions);
        this.certificates = new CertificateBook(withdrawals, counters, Clock.systemUTC());
        this.engine =
                new InferenceEngine(new Platform(board, router, sessions, counters, certificates, clock), completions);
        this.status = new StatusReport(board, router, counters, certificates, configuration::problems);
    }

    /** Begins to open sessions; after the services that are there already have been put on the board. */
    public void start() {
        configuration.listen(board::configure);
        board.configure(configuration.current());
        engine.start();
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

    /** Which certificates hold, and the way to take a withdrawal back. */
    public CertificateBook certificates() {
        return certificates;
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
                    retired, () -> board.current().configuration().global().drainTimeoutNanos());
        }
        engine.stopWatching();
        preparing.shutdownNow();
        completions.shutdown();
        background.shutdown();
    }
}
