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
import java.util.concurrent.atomic.AtomicInteger;
import org.tminus.evaluation.EvaluationException;

/** Full load: one client per processor, each asking for the next input as soon as it has its answer. Used by one thread. */
final class Load implements AutoCloseable {
    private final int threads = Runtime.getRuntime().availableProcessors();
    private final ExecutorService clients = Executors.newFixedThreadPool(threads, task -> {
        Thread thread = new Thread(task, "tminus-evaluation-client");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * How long all answers take.
     *
     * @param from the first input
     * @param to the one after the last
     * @return nanoseconds
     * @throws EvaluationException the first failure of an answer
     */
    long nanos(Server server, Inputs inputs, int from, int to) throws EvaluationException {
        AtomicInteger next = new AtomicInteger(from);
        List<Future<?>> running = new ArrayList<>();
        long start = System.nanoTime();
        for (int thread = 0; thread < threads; thread++) {
            running.add(clients.submit(() -> {
                for (int i = next.getAndIncrement(); i < to; i = next.getAndIncrement()) {
                    server.answer(inputs.tensors().get(i), inputs.rows().get(i));
                }
                return null;
            }));
        }
        for (Future<?> each : running) {
            try {
                each.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof EvaluationException known) {
                    throw known;
                }
                throw new IllegalStateException("A client failed", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EvaluationException("The evaluation was interrupted.", "Start it again.", e);
            }
        }
        return System.nanoTime() - start;
    }

    @Override
    public void close() {
        clients.shutdownNow();
    }
}
