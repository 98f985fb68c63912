/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.osgi.framework.Version;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.Trace;

/** Threads that send one request after another until closed, and remember every failure. */
final class Load implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Set<String> policies = ConcurrentHashMap.newKeySet();
    private final Set<Version> versions = ConcurrentHashMap.newKeySet();
    private final AtomicLong answered = new AtomicLong();
    private volatile boolean running = true;

    Load(InferenceService service, InferenceRequest request, int clients) {
        for (int client = 0; client < clients; client++) {
            Thread thread = new Thread(() -> send(service, request), "load-" + client);
            threads.add(thread);
            thread.start();
        }
    }

    private void send(InferenceService service, InferenceRequest request) {
        while (running) {
            try (InferenceResult result = service.infer(request)) {
                for (Trace trace : result.traces()) {
                    policies.add(trace.policy());
                    versions.add(trace.modelVersion());
                }
                answered.incrementAndGet();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception | Error e) {
                failures.add(e);
            }
        }
    }

    long answered() {
        return answered.get();
    }

    /** Names of the policies that decided. */
    Set<String> policies() {
        return policies;
    }

    /** Versions of the model that answered. */
    Set<Version> versions() {
        return versions;
    }

    Queue<Throwable> failures() {
        return failures;
    }

    /** Waits until this many more requests were answered. */
    void awaitMore(int requests) throws Exception {
        long goal = answered.get() + requests;
        TminusTestSupport.await(requests + " more answers; failures " + failures, () -> answered.get() >= goal);
    }

    @Override
    public void close() throws InterruptedException {
        running = false;
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
