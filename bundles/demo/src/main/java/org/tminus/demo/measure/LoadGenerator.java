/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.tminus.demo.measure.Classifier.Answer;

/** Clients that send single inputs, each the next one as soon as it has its answer. Closing it waits for no one. */
public final class LoadGenerator implements AutoCloseable {
    private final int threads;
    private final ExecutorService executor;

    public LoadGenerator(int threads) {
        this.threads = threads;
        AtomicInteger number = new AtomicInteger();
        executor = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "tminus-demo-client-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Sends the inputs {@code from} to {@code to - 1} and records them.
     *
     * @throws Exception the first failure of a request; the rest is not sent then
     */
    public void send(Classifier classifier, int from, int to, RowMeter meter) throws Exception {
        AtomicInteger next = new AtomicInteger(from);
        long start = System.nanoTime();
        runOnAll(() -> {
            try {
                for (int input = next.getAndIncrement(); input < to; input = next.getAndIncrement()) {
                    long sent = System.nanoTime();
                    Answer answer = classifier.classify(input);
                    meter.record(input, answer, System.nanoTime() - sent);
                }
            } catch (Exception e) {
                next.set(to);
                throw e;
            }
            return null;
        });
        meter.addWallNanos(System.nanoTime() - start);
    }

    private void runOnAll(Callable<Void> work) throws Exception {
        List<Callable<Void>> copies = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            copies.add(work);
        }
        for (Future<Void> future : executor.invokeAll(copies)) {
            try {
                future.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Exception cause) {
                    throw cause;
                }
                throw e;
            }
        }
    }

    /** Runs work on every thread, without waiting. */
    List<Future<?>> start(Runnable work) {
        List<Future<?>> futures = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            futures.add(executor.submit(work));
        }
        return futures;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
