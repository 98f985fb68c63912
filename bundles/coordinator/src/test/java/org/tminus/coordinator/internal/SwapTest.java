/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tminus.coordinator.internal.pipeline.DrainOutcome;
import org.tminus.coordinator.internal.pipeline.ServiceBoard;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Decision;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Services come and go while requests are at work. */
class SwapTest {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final FakeBackend first = new FakeBackend();
    private final Bench bench = Bench.ready(first, Map.of("drainTimeoutMillis", "100", "pluginTimeoutMillis", "20000"));

    @AfterEach
    void close() {
        gate.countDown();
        bench.close();
    }

    @Test
    void underLoadNoRequestFails() throws Exception {
        // The bound is for what hangs: on a busy machine a healthy thread may get no processor for 100 ms.
        FakeBackend oldest = new FakeBackend();
        try (Bench patient = Bench.ready(oldest, Map.of("drainTimeoutMillis", "20000"))) {
            swapUnderLoad(patient, oldest);
        }
    }

    private static void swapUnderLoad(Bench bench, FakeBackend first) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger answers = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> clients = new ArrayList<>();
        for (int client = 0; client < 4; client++) {
            boolean asynchronous = client % 2 == 0;
            Thread thread = new Thread(() -> {
                try {
                    while (!over.get()) {
                        try (InferenceResult result = asynchronous
                                ? bench.coordinator
                                        .service()
                                        .submit(Bench.request(2).build())
                                        .get()
                                : bench.infer(Bench.request(2))) {
                            assertThat(Bench.y(result, 1, 0)).isEqualTo(2);
                            answers.incrementAndGet();
                        }
                    }
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                }
            });
            clients.add(thread);
            thread.start();
        }
        List<FakeBackend> backends = new ArrayList<>(List.of(first));
        AdaptiveModel model = null;
        for (int round = 0; round < 150 && failure.get() == null; round++) {
            FakeBackend next = new FakeBackend();
            bench.backend("backend-" + round, round, next);
            FakePolicy policy = FakePolicy.depth(1 + round % 4);
            bench.policy("policy-" + round, 10, policy);
            int before = answers.get();
            Bench.await(() -> answers.get() > before || failure.get() != null);
            assertThat(bench.coordinator.board().unbindPolicy(policy)).isNotEqualTo(DrainOutcome.ABANDONED);
            assertThat(policy.closed.get()).isEqualTo(policy.begun.get());
            assertThat(bench.removeBackend(backends.get(round))).isNotEqualTo(DrainOutcome.ABANDONED);
            backends.add(next);
            AdaptiveModel newer = TestModels.model("toy", "1.0." + (round + 1));
            bench.model(newer);
            if (model != null) {
                bench.coordinator.board().unbindModel(model);
            }
            model = newer;
        }
        over.set(true);
        for (Thread client : clients) {
            client.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(answers).hasValueGreaterThan(60);
        assertThat(bench.counter("failed")).isZero();
        assertThat(bench.counter("abandoned")).isZero();
        for (FakeBackend gone : backends.subList(0, backends.size() - 1)) {
            assertThat(gone.closed.get()).isEqualTo(gone.opened.get());
        }
    }

    @Test
    void oneObjectThatIsRegisteredTwiceGoesWithItsSecondRegistration() throws Exception {
        ServiceBoard board = bench.coordinator.board();
        FakeBackend twice = new FakeBackend();
        FakePolicy policy = FakePolicy.depth(2);
        AdaptiveModel model = TestModels.model("twin", "1.0.0");
        for (int registration = 1; registration <= 2; registration++) {
            Object key = registration;
            board.bindBackend(key, twice, Map.of("tminus.name", "b" + key, "service.ranking", 10 - registration), "t");
            board.bindPolicy(key, policy, Map.of("tminus.name", "p" + key, "service.ranking", 10 - registration), "t");
            board.bindModel(key, model, Map.of(AdaptiveModel.NAME_PROPERTY, "twin"), "t");
        }
        board.updatePolicy(2, Map.of("tminus.name", "renamed", "service.ranking", 8));
        assertThat(board.current().policies()).extracting(ServiceEntry::name).containsExactly("p1", "renamed", "full");
        for (int registration = 1; registration <= 2; registration++) {
            Trace trace = bench.trace(
                    InferenceRequest.builder("twin").input("x", HostTensor.ofFloats(Shape.of(1, 4), 1, 0, 0, 0)));
            assertThat(trace.backend()).isEqualTo("b" + registration);
            assertThat(trace.policy()).isEqualTo(registration == 1 ? "p1" : "renamed");
            Object key = registration;
            assertThat(board.unbindPolicy(key)).isEqualTo(DrainOutcome.DRAINED);
            assertThat(board.unbindBackend(key)).isEqualTo(DrainOutcome.DRAINED);
            assertThat(board.unbindModel(key)).isEqualTo(DrainOutcome.DRAINED);
        }
        assertThat(board.current().models()).containsOnlyKeys("toy");
        assertThat(bench.trace(Bench.request()).backend()).isEqualTo("cpu");
        Bench.await(() -> twice.closed.get() == twice.opened.get());
    }

    private CompletableFuture<InferenceResult> runIn(FakeBackend backend) {
        CompletableFuture<InferenceResult> running =
                bench.coordinator.service().submit(Bench.request().build());
        Bench.await(() -> backend.runsInProgress.get() == 1);
        return running;
    }

    @Test
    void drained() throws Exception {
        bench.configuration.update(Map.of("drainTimeoutMillis", "20000"));
        first.behaviour = (path, inputs, control) -> {
            QueueTest.awaitIgnoringInterrupts(gate);
            return FakeBackend.answer(path, inputs, control);
        };
        CompletableFuture<InferenceResult> running = runIn(first);
        CompletableFuture<DrainOutcome> removal = CompletableFuture.supplyAsync(() -> bench.removeBackend(first));
        Bench.await(() -> bench.coordinator.board().current().backends().isEmpty());
        assertThat(removal).isNotDone();
        gate.countDown();
        assertThat(removal.get()).isEqualTo(DrainOutcome.DRAINED);
        assertThat(first.closed).hasValue(1);
        running.get().close();
        assertThat(bench.counter("drained")).isEqualTo(1);
    }

    @Test
    void cancelledBackendGivesWayToTheNext() throws Exception {
        FakeBackend second = new FakeBackend();
        first.behaviour = (path, inputs, control) -> {
            for (; ; ) {
                control.check();
                LockSupport.parkNanos(100_000);
            }
        };
        CompletableFuture<InferenceResult> running = runIn(first);
        bench.backend("second", -1, second);
        assertThat(bench.removeBackend(first)).isEqualTo(DrainOutcome.CANCELLED);
        try (InferenceResult result = running.get()) {
            Trace trace = result.traces().get(0);
            assertThat(trace.backend()).isEqualTo("second");
            assertThat(trace.fallbacks()).singleElement().asString().contains("going away");
        }
        assertThat(bench.counter("drainedAfterCancel")).isEqualTo(1);
        assertThat(first.closed).hasValue(1);
    }

    @Test
    void abandonedBackendGivesWayToTheNext() throws Exception {
        FakeBackend second = new FakeBackend();
        first.behaviour = (path, inputs, control) -> {
            QueueTest.awaitIgnoringInterrupts(gate);
            return FakeBackend.answer(path, inputs, control);
        };
        CompletableFuture<InferenceResult> running = runIn(first);
        bench.backend("second", -1, second);
        assertThat(bench.removeBackend(first)).isEqualTo(DrainOutcome.ABANDONED);
        try (InferenceResult result = running.get()) {
            assertThat(result.traces().get(0).backend()).isEqualTo("second");
            assertThat(result.traces().get(0).fallbacks())
                    .singleElement()
                    .asString()
                    .contains("given up");
        }
        assertThat(bench.counter("abandoned")).isEqualTo(1);
        assertThat(first.closed).hasValue(0);
        bench.infer(Bench.request()).close();
        // The leak lasts until the call returns.
        gate.countDown();
        Bench.await(() -> first.closed.get() == 1);
        assertThat(bench.counter("lateResults")).isEqualTo(1);
    }

    @Test
    void abandonedBackendWritesNoMoreToTheClientsMemory() throws Exception {
        first.behaviour = (path, inputs, control) -> {
            QueueTest.awaitIgnoringInterrupts(gate);
            return FakeBackend.output(inputs, -1, control);
        };
        HostTensor mine = HostTensor.ofFloats(Shape.of(1, 3), 0, 0, 0);
        CompletableFuture<InferenceResult> running = bench.coordinator
                .service()
                .submit(Bench.request().outputInto("y", mine).build());
        Bench.await(() -> first.runsInProgress.get() == 1);
        bench.backend("second", -1, new FakeBackend());
        bench.removeBackend(first);
        running.get().close();
        assertThat(mine.buffer().asFloatBuffer().get(1)).isEqualTo(TestModels.LAYERS);
        gate.countDown();
        Bench.await(() -> first.closed.get() == 1);
        assertThat(mine.buffer().asFloatBuffer().get(1)).isEqualTo(TestModels.LAYERS);
    }

    @Test
    void hangingPolicyIsInterruptedAndTheStaticPathAnswers() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        FakePolicy hanging = new FakePolicy(context -> {
            entered.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
            return List.of(Decision.run(TestModels.path(1)));
        });
        bench.policy("hanging", 9, hanging);
        CompletableFuture<InferenceResult> running =
                bench.coordinator.service().submit(Bench.request().build());
        entered.await();
        assertThat(bench.coordinator.board().unbindPolicy(hanging)).isEqualTo(DrainOutcome.CANCELLED);
        try (InferenceResult result = running.get()) {
            assertThat(result.traces().get(0).policy()).isEqualTo("static");
        }
        assertThat(hanging.closed).hasValue(1);
    }

    @Test
    void hangingCallIsEndedByTheTimeoutAndQuarantined() throws Exception {
        bench.configuration.update(Map.of("pluginTimeoutMillis", "50"));
        AtomicInteger calls = new AtomicInteger();
        FakePolicy hanging = new FakePolicy(context -> {
            calls.incrementAndGet();
            QueueTest.awaitIgnoringInterrupts(gate);
            return List.of(Decision.run(TestModels.path(1)));
        });
        bench.policy("hanging", 9, hanging);
        Trace trace = bench.trace(Bench.request());
        assertThat(trace.policy()).isEqualTo("static");
        assertThat(trace.fallbacks()).anyMatch(note -> note.contains("did not answer within 50 ms"));
        assertThat(bench.counter("abandoned")).isEqualTo(1);
        assertThat(bench.coordinator.status().services())
                .anySatisfy(service -> assertThat(service.state()).isEqualTo("quarantined"));
        for (int request = 0; request < 3; request++) {
            assertThat(bench.trace(Bench.request()).policy()).isEqualTo("static");
        }
    }

    @Test
    void hangingBackendIsCancelledByTheTimeout() throws Exception {
        bench.configuration.update(Map.of("pluginTimeoutMillis", "50"));
        bench.backend("second", -1, new FakeBackend());
        first.behaviour = (path, inputs, control) -> {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
            return FakeBackend.answer(path, inputs, control);
        };
        Trace trace = bench.trace(Bench.request());
        assertThat(trace.backend()).isEqualTo("second");
        assertThat(trace.fallbacks().get(0)).contains("did not answer within 50 ms");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void policyThatRemovesItselfFromWithinARequestDoesNotWaitForItself() throws Exception {
        AtomicReference<DrainOutcome> outcome = new AtomicReference<>();
        AtomicReference<FakePolicy> self = new AtomicReference<>();
        FakePolicy policy = new FakePolicy(context -> {
            outcome.set(bench.coordinator.board().unbindPolicy(self.get()));
            return List.of(Decision.run(TestModels.path(2)));
        });
        self.set(policy);
        bench.configuration.update(Map.of("drainTimeoutMillis", "20000"));
        bench.policy("suicidal", 9, policy);
        Trace trace = bench.trace(Bench.request());
        assertThat(outcome.get()).isEqualTo(DrainOutcome.DEFERRED);
        assertThat(trace.path()).isEqualTo(TestModels.path(2));
        Bench.await(() -> bench.counter("drained") == 1);
        assertThat(policy.closed).hasValue(1);
    }

    @Test
    void trustedRoutesRunOnTheCallersThread() throws Exception {
        AtomicReference<Thread> worker = new AtomicReference<>();
        first.behaviour = (path, inputs, control) -> {
            worker.set(Thread.currentThread());
            return FakeBackend.answer(path, inputs, control);
        };
        bench.infer(Bench.request()).close();
        assertThat(worker.get()).isNotSameAs(Thread.currentThread());
        for (int request = 0; request < 64; request++) {
            bench.infer(Bench.request()).close();
        }
        assertThat(worker.get()).isSameAs(Thread.currentThread());
        bench.infer(Bench.request().deadline(java.time.Duration.ofMinutes(1))).close();
        assertThat(worker.get()).isNotSameAs(Thread.currentThread());
        bench.configuration.update(Map.of("handOver", "true"));
        bench.infer(Bench.request()).close();
        assertThat(worker.get()).isNotSameAs(Thread.currentThread());
    }
}
