/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.tminus.evaluation.EvaluationException;

/** Full load: one client per processor, each asking for the next input as soon as it has its answer. Used by one thread. */
final class Load implements AutoCloseable {
    private final int threads;
    private final LongSupplier clock;
    private final ExecutorService clients;

    Load() {
        this(Runtime.getRuntime().availableProcessors());
    }

    Load(int threads) {
        this(threads, System::nanoTime);
    }

    /** @param clock in nanoseconds */
    Load(int threads, LongSupplier clock) {
        this.threads = threads;
        this.clock = clock;
        clients = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "tminus-evaluation-client");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * How long all answers take. Returns, or throws, only when no client works any more: the server may be closed then.
     *
     * @param from the first input
     * @param to the one after the last
     * @return nanoseconds
     * @throws EvaluationException the first failure of an answer, or an interruption
     */
    long nanos(Server server, Inputs inputs, int from, int to) throws EvaluationException {
        AtomicInteger next = new AtomicInteger(from);
        List<Future<?>> running = new ArrayList<>();
        long start = clock.getAsLong();
        for (int thread = 0; thread < threads; thread++) {
            running.add(clients.submit(() -> {
                try {
                    for (int i = next.getAndIncrement(); i < to; i = next.getAndIncrement()) {
                        server.answer(inputs.tensors().get(i), inputs.rows().get(i));
                    }
                } catch (EvaluationException | RuntimeException | Error e) {
                    next.set(to);
                    throw e;
                }
                return null;
            }));
        }
        Throwable failure = null;
        boolean interrupted = false;
        for (Future<?> each : running) {
            boolean done = false;
            while (!done) {
                try {
                    each.get();
                    done = true;
                } catch (ExecutionException e) {
                    failure = failure == null ? e.getCause() : failure;
                    done = true;
                } catch (InterruptedException e) {
                    interrupted = true;
                    next.set(to);
                }
            }
        }
        long nanos = clock.getAsLong() - start;
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new EvaluationException("The evaluation was interrupted.", "Start it again.", failure);
        }
        if (failure instanceof EvaluationException known) {
            throw known;
        }
        if (failure != null) {
            throw new IllegalStateException("A client failed", failure);
        }
        return nanos;
    }

    /** Waits until no client works any more. */
    @Override
    public void close() {
        clients.shutdownNow();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = clients.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
