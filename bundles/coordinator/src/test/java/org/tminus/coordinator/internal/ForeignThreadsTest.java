/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tminus.failure.BackendException;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Trace;
import org.tminus.policy.Decision;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Interrupts, cancellations and what plugins do in their reaction to them. */
class ForeignThreadsTest {
    private final FakeBackend backend = new FakeBackend();
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void letGo() {
        end.countDown();
    }

    private static FakeBackend.Behaviour sleeping(long millis) {
        return (path, inputs, control) -> {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                throw new BackendException("interrupted", "", e);
            }
            return FakeBackend.answer(path, inputs, control);
        };
    }

    @Test
    void anInterruptThatAPolicySetsReachesNobodyElse() throws Exception {
        backend.behaviour = sleeping(1);
        try (Bench bench = Bench.ready(backend, Map.of("handOver", "true"))) {
            bench.policy("rude", 5, new FakePolicy(context -> {
                Thread.currentThread().interrupt();
                return List.of(Decision.run(TestModels.path(2)));
            }));
            for (int request = 0; request < 10; request++) {
                assertThat(bench.trace(Bench.request()).fallbacks()).isEmpty();
            }
            assertThat(bench.counter("quarantines")).isZero();
        }
    }

    @Test
    void aClientThatIsInterruptedOnItsOwnThreadCancelsItsRequest() throws Exception {
        try (Bench bench = Bench.ready(backend)) {
            // Until the platform trusts the plugins with the client's thread.
            Bench.await(() -> {
                long before = bench.counter("handedOver");
                try {
                    bench.infer(Bench.request()).close();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
                return bench.counter("handedOver") == before;
            });
            backend.behaviour = sleeping(60_000);
            for (int request = 0; request < 6; request++) {
                int running = backend.runs.get();
                AtomicReference<Throwable> thrown = new AtomicReference<>();
                Thread client = new Thread(() -> {
                    try {
                        bench.infer(Bench.request()).close();
                    } catch (Throwable e) {
                        thrown.set(e);
                    }
                });
                client.start();
                Bench.await(() -> backend.runs.get() > running);
                client.interrupt();
                client.join();
                assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
            }
            assertThat(bench.counter("cancelled")).isEqualTo(6);
            assertThat(bench.counter("failed")).isZero();
            assertThat(bench.counter("quarantines")).isZero();
        }
    }

    @Test
    void aReactionToACancellationThatFailsStopsNeitherDeadlinesNorOthers() throws Exception {
        expectDeadlines(() -> {
            throw new NoClassDefFoundError("for a test");
        });
    }

    @Test
    void aReactionToACancellationThatHangsStopsNeitherDeadlinesNorOthers() throws Exception {
        expectDeadlines(() -> QueueTest.awaitIgnoringInterrupts(end));
    }

    /** One request after the other fails at its deadline, though the cancellation of its run does not end well. */
    private void expectDeadlines(Runnable reaction) throws Exception {
        backend.behaviour = (path, inputs, control) -> {
            control.onCancel(reaction);
            QueueTest.awaitIgnoringInterrupts(end);
            return FakeBackend.answer(path, inputs, control);
        };
        try (Bench bench = Bench.ready(backend, Map.of("workers", "4"))) {
            for (int request = 0; request < 2; request++) {
                CompletableFuture<InferenceResult> answer = bench.coordinator
                        .service()
                        .submit(Bench.request().deadline(Duration.ofMillis(100)).build());
                assertThatThrownBy(answer::get)
                        .isInstanceOf(ExecutionException.class)
                        .cause()
                        .isInstanceOf(DeadlineExceededException.class);
            }
            end.countDown();
        }
    }

    @Test
    void whatEndsBecauseItWasCancelledIsNobodysFault() throws Exception {
        try (Bench bench = Bench.ready(backend)) {
            for (int request = 0; request < 6; request++) {
                CountDownLatch running = new CountDownLatch(1);
                CountDownLatch cancelled = new CountDownLatch(1);
                backend.behaviour = (path, inputs, control) -> {
                    running.countDown();
                    QueueTest.awaitIgnoringInterrupts(cancelled);
                    throw new IllegalStateException("the input is closed");
                };
                HostTensor input = HostTensor.ofFloats(Shape.of(1, 4), 1, 0, 0, 0);
                CompletableFuture<InferenceResult> answer = bench.coordinator
                        .service()
                        .submit(InferenceRequest.builder("toy")
                                .input("x", input)
                                .build());
                running.await();
                assertThat(answer.cancel(true)).isTrue();
                input.close();
                cancelled.countDown();
                Bench.await(() -> backend.runsInProgress.get() == 0);
            }
            backend.behaviour = FakeBackend::answer;
            assertThat(bench.trace(Bench.request()).backend()).isEqualTo("cpu");
            assertThat(bench.counter("quarantines")).isZero();
        }
    }

    @Test
    void oneBackendThatCannotBeAskedAtCheckpointsAnswersThoughItsStandInIsBroken() throws Exception {
        backend.behaviour = (path, inputs, control) -> path.depth() < TestModels.LAYERS
                ? FakeBackend.output(inputs, Float.NaN, control)
                : FakeBackend.answer(path, inputs, control);
        FakeBackend broken = new FakeBackend();
        broken.behaviour = (path, inputs, control) -> {
            throw new IllegalStateException("broken");
        };
        try (Bench bench = Bench.ready(backend)) {
            bench.backend("broken", -1, broken);
            bench.policy(
                    "asking",
                    5,
                    FakePolicy.asking(
                            checkpoint -> {
                                checkpoint.confidence(0);
                                return List.of(Decision.goOn());
                            },
                            0));
            Trace trace = bench.trace(Bench.request());
            assertThat(trace.backend()).isEqualTo("cpu");
            assertThat(trace.path()).isEqualTo(TestModels.path(TestModels.LAYERS));
        }
    }
}
