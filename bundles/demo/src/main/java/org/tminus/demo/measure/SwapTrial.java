/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;
import org.tminus.demo.measure.Classifier.Answer;
import org.tminus.demo.report.DemoReport.Swaps;

/** Exchanges policies while all clients keep sending, and counts what that does to the requests. */
public final class SwapTrial {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** Requests that each client should get through between two swaps, so that every state is really used. */
    private static final int REQUESTS_BETWEEN = 10;

    private final PolicySwitch policies;
    private final Classifier classifier;
    private final int inputs;
    private final int threads;

    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong fallbacks = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final AtomicReference<String> lastPolicy = new AtomicReference<>("");
    private final AtomicReference<@Nullable String> firstFailure = new AtomicReference<>();

    /** Exchanges what is in force. */
    public interface PolicySwitch {
        /** The policies to go through, at least one. */
        List<String> names();

        /** Puts a policy in force by configuration. */
        void configure(String policy) throws Exception;

        /** Stops the bundle that brings a policy. */
        void stopBundle(String policy) throws Exception;

        /** Updates the bundle from where it came from and starts it. */
        void updateAndStartBundle(String policy) throws Exception;
    }

    /**
     * @param classifier asks for no policy, so that the one in force answers
     * @param inputs how many inputs to choose from
     */
    public SwapTrial(PolicySwitch policies, Classifier classifier, int inputs, int threads) {
        this.policies = policies;
        this.classifier = classifier;
        this.inputs = inputs;
        this.threads = threads;
    }

    /**
     * @param progress told the share that is done
     * @throws Exception if a swap itself fails, or does not take effect within half a minute; failed requests are counted instead
     */
    public Swaps run(LoadGenerator load, int byConfiguration, int byBundleUpdate, DoubleConsumer progress)
            throws Exception {
        List<Future<?>> clients = load.start(this::sendUntilStopped);
        int configured = 0;
        int updated = 0;
        List<String> names = policies.names();
        double total = Math.max(1, byConfiguration + byBundleUpdate);
        try {
            for (; configured < byConfiguration; configured++) {
                takeEffect(names.get(configured % names.size()));
                progress.accept((configured + 1) / total);
            }
            for (; updated < byBundleUpdate; updated++) {
                replace(names.get(updated % names.size()));
                progress.accept((configured + updated + 1) / total);
            }
        } finally {
            stopped.set(true);
            await(clients);
        }
        return new Swaps(
                configured,
                updated,
                requests.get(),
                failed.get(),
                fallbacks.get(),
                longestNanos.get() / 1e6,
                firstFailure.get());
    }

    private void takeEffect(String policy) throws Exception {
        policies.configure(policy);
        awaitAnswerBy(policy);
        awaitRequests();
    }

    private void replace(String policy) throws Exception {
        takeEffect(policy);
        policies.stopBundle(policy);
        try {
            awaitRequests();
        } finally {
            policies.updateAndStartBundle(policy);
        }
        awaitAnswerBy(policy);
        awaitRequests();
    }

    /** Waits for an answer that was decided by the policy. */
    private void awaitAnswerBy(String policy) throws InterruptedException {
        // Cleared first: only an answer from now on counts.
        lastPolicy.set("");
        await(() -> policy.equals(lastPolicy.get()), "no request was answered by policy '" + policy + "'");
    }

    private void awaitRequests() throws InterruptedException {
        long enough = requests.get() + (long) REQUESTS_BETWEEN * threads;
        await(() -> requests.get() >= enough, "requests are no longer answered");
    }

    private void await(java.util.function.BooleanSupplier condition, String otherwise) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                String failure = firstFailure.get();
                throw new IllegalStateException("Within " + PATIENCE.toSeconds() + " s " + otherwise
                        + (failure == null ? "" : "; the first failure was: " + failure));
            }
            Thread.sleep(1);
        }
    }

    private static void await(List<Future<?>> clients) throws InterruptedException, ExecutionException {
        for (Future<?> client : clients) {
            client.get();
        }
    }

    private void sendUntilStopped() {
        while (!stopped.get()) {
            int input = Math.floorMod(next.getAndIncrement(), inputs);
            long sent = System.nanoTime();
            try {
                Answer answer = classifier.classify(input);
                lastPolicy.set(answer.policy());
                if (answer.fallback()) {
                    fallbacks.incrementAndGet();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception e) {
                failed.incrementAndGet();
                firstFailure.compareAndSet(null, e.toString());
            }
            longestNanos.accumulateAndGet(System.nanoTime() - sent, Math::max);
            requests.incrementAndGet();
        }
    }
}
