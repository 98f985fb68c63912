/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.tminus.tck.Finding;

/** Many threads that begin at once. */
public final class Crowd {
    private static final int THREADS = 8;
    private static final long PATIENCE_SECONDS = 120;

    /** What each thread does. */
    public interface Work {
        void run(int thread) throws Exception;
    }

    private Crowd() {}

    /** Runs the work on many threads, waits for all of them, and throws the first finding. */
    public static void run(String what, Work work) throws InterruptedException {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "tck-crowd");
            thread.setDaemon(true);
            return thread;
        });
        try {
            CyclicBarrier start = new CyclicBarrier(THREADS);
            List<Future<?>> futures = new ArrayList<>();
            for (int index = 0; index < THREADS; index++) {
                int thread = index;
                Callable<Object> task = () -> {
                    start.await();
                    work.run(thread);
                    return "";
                };
                futures.add(executor.submit(task));
            }
            // All are waited for, also after a finding: whoever asked closes what they work with.
            Finding first = null;
            for (Future<?> future : futures) {
                Finding finding = await(what, future);
                first = first == null ? finding : first;
            }
            if (first != null) {
                throw first;
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static @Nullable Finding await(String what, Future<?> future) throws InterruptedException {
        try {
            future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof Finding finding) {
                return finding;
            }
            return Finding.of(
                    what + " from " + THREADS + " threads at once, it threw " + cause + ".",
                    "The same answers as from one thread.",
                    "Keep what belongs to one call in local variables or in the object that the call returns.",
                    e);
        } catch (TimeoutException e) {
            return Finding.of(
                    what + " from " + THREADS + " threads at once, it did not come back within " + PATIENCE_SECONDS
                            + " s.",
                    "Calls that do not wait for each other without end.",
                    "Look for locks that are taken in different order.",
                    e);
        }
    }
}
