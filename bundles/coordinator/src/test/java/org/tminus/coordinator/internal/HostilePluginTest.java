/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.DeviceDescription;
import org.tminus.backend.Telemetry;
import org.tminus.failure.BackendException;
import org.tminus.failure.NoBackendException;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.JournalEntry;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Decision;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Plugins that change what they have answered, throw errors, or never come back. */
class HostilePluginTest {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final FakeBackend backend = new FakeBackend();
    private final AtomicLong shift = new AtomicLong();
    private final Bench bench = new Bench(Map.of("drainTimeoutMillis", "100"), () -> System.nanoTime() + shift.get());

    @AfterEach
    void close() {
        gate.countDown();
        bench.close();
    }

    private Bench ready() {
        bench.backend("cpu", 0, backend).policy("full", 0, FakePolicy.full()).model(TestModels.model());
        bench.awaitReady();
        return bench;
    }

    @Test
    void decisionsThatChangeAfterTheyWereGiven() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        // Another answer with each look, as from a list that another thread writes to.
        List<Decision> changing = new AbstractList<>() {
            @Override
            public Decision get(int index) {
                return reads.incrementAndGet() == 1 ? Decision.run(TestModels.path(2)) : Decision.goOn();
            }

            @Override
            public int size() {
                return 1;
            }
        };
        ready().policy("changing", 5, new FakePolicy(context -> changing));
        Trace trace = bench.trace(Bench.request());
        assertThat(trace.policy()).isEqualTo("changing");
        assertThat(trace.path()).isEqualTo(TestModels.path(2));
    }

    @Test
    void decisionsThatShrinkWhileTheyAreRead() throws Exception {
        List<Decision> shrinking = new AbstractList<>() {
            @Override
            public Decision get(int index) {
                throw new IndexOutOfBoundsException("it was there a moment ago");
            }

            @Override
            public int size() {
                return 1;
            }
        };
        ready().policy("shrinking", 5, new FakePolicy(context -> shrinking));
        Trace trace = bench.trace(Bench.request());
        assertThat(trace.policy()).isEqualTo("static");
        assertThat(trace.fallbacks()).singleElement().asString().contains("a moment ago");
    }

    @Test
    void outputsThatAreTakenAwayAfterTheyWereGiven() throws Exception {
        List<Map<String, Tensor>> given = new ArrayList<>();
        backend.behaviour = (path, inputs, control) -> {
            given.forEach(Map::clear);
            Map<String, Tensor> outputs = new HashMap<>(FakeBackend.answer(path, inputs, control));
            given.add(outputs);
            return outputs;
        };
        ready().policy(
                        "two",
                        5,
                        new FakePolicy(context ->
                                List.of(Decision.run(TestModels.path(1)), Decision.run(TestModels.path(3)))));
        try (var result = bench.infer(Bench.request(2))) {
            assertThat(Bench.y(result, 0, 1)).isEqualTo(1);
            assertThat(Bench.y(result, 1, 1)).isEqualTo(3);
        }
    }

    @Test
    void outputsThatCannotBeRead() throws Exception {
        backend.behaviour = (path, inputs, control) -> {
            HostTensor closed = HostTensor.ofFloats(Shape.of(1, 3), 1, 2, 3);
            closed.close();
            return Map.of("y", closed);
        };
        FakeBackend second = new FakeBackend();
        ready().backend("second", -1, second);
        Trace trace = bench.trace(Bench.request());
        assertThat(trace.backend()).isEqualTo("second");
        assertThat(trace.fallbacks()).singleElement().asString().contains("cannot be read");
    }

    @Test
    void errorsAreFailuresLikeAllOthers() throws Exception {
        ready().policy("erring", 5, new FakePolicy(context -> {
            throw new StackOverflowError("for a test");
        }));
        backend.telemetry = Telemetry.none();
        assertThat(bench.trace(Bench.request()).policy()).isEqualTo("static");
        backend.behaviour = (path, inputs, control) -> {
            throw new NoSuchMethodError("for a test");
        };
        bench.backend("second", -1, new FakeBackend());
        assertThat(bench.trace(Bench.request()).backend()).isEqualTo("second");
        assertThat(bench.counter("failed")).isZero();
    }

    /** A backend whose description does not come back. */
    private final class Silent implements Backend {
        private final FakeBackend answers = new FakeBackend();

        @Override
        public DeviceDescription device() {
            QueueTest.awaitIgnoringInterrupts(gate);
            return answers.device();
        }

        @Override
        public Telemetry telemetry() {
            return answers.telemetry();
        }

        @Override
        public BackendSession open(AdaptiveModel model) throws BackendException {
            return answers.open(model);
        }
    }

    @Test
    void aDescriptionThatHangsHoldsUpNoBinding() throws Exception {
        Silent silent = new Silent();
        bench.coordinator
                .board()
                .bindBackend(silent, silent, Map.of("tminus.name", "silent", "service.ranking", -5), "test");
        ready();
        assertThat(bench.trace(Bench.request()).backend()).isEqualTo("cpu");
        bench.configuration.update(Map.of("drainTimeoutMillis", "100", "policy", "full"));
        assertThat(bench.trace(Bench.request()).policy()).isEqualTo("full");
    }

    @Test
    void telemetryThatHangsIsGivenUpLikeAnyCall() throws Exception {
        AtomicBoolean hangs = new AtomicBoolean();
        FakeBackend answers = new FakeBackend();
        Backend mute = new Backend() {
            @Override
            public DeviceDescription device() {
                return answers.device();
            }

            @Override
            public Telemetry telemetry() {
                if (hangs.get()) {
                    QueueTest.awaitIgnoringInterrupts(gate);
                }
                return Telemetry.none();
            }

            @Override
            public BackendSession open(AdaptiveModel model) throws BackendException {
                return answers.open(model);
            }
        };
        bench.configuration.update(
                Map.of("drainTimeoutMillis", "100", "pluginTimeoutMillis", "50", "temperatureLimitCelsius", "80"));
        bench.coordinator.board().bindBackend(mute, mute, Map.of("tminus.name", "mute", "service.ranking", 5), "test");
        ready();
        hangs.set(true);
        Trace trace = bench.trace(Bench.request());
        assertThat(trace.backend()).isEqualTo("cpu");
        bench.awaitEntry(JournalEntry.CALL_ABANDONED, "mute");
    }

    @Test
    void aSessionThatOpensForeverLetsAnotherBackendAnswer() throws Exception {
        bench.configuration.update(Map.of("drainTimeoutMillis", "100", "pluginTimeoutMillis", "50"));
        FakeBackend stuck = new FakeBackend();
        stuck.opening = model -> QueueTest.awaitIgnoringInterrupts(gate);
        bench.backend("stuck", 5, stuck)
                .backend("cpu", 0, backend)
                .policy("full", 0, FakePolicy.full())
                .model(TestModels.model());
        assertThat(bench.trace(Bench.request()).backend()).isEqualTo("cpu");
        assertThat(bench.awaitEntry(JournalEntry.SESSION_FAILED, "toy").text()).contains("has been opening");
        gate.countDown();
        // It is used when it is open after all, and its paths are compiled.
        Bench.await(() -> stuck.opened.get() == 1);
        Bench.await(() -> stuck.prepared.containsAll(TestModels.model().menu()));
        Bench.await(() -> {
            try {
                return bench.trace(Bench.request()).backend().equals("stuck");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void whoeverWaitsForASessionThatOpensForeverIsAnsweredByABackendThatComes() throws Exception {
        bench.configuration.update(Map.of("drainTimeoutMillis", "100", "pluginTimeoutMillis", "50"));
        FakeBackend stuck = new FakeBackend();
        stuck.opening = model -> QueueTest.awaitIgnoringInterrupts(gate);
        bench.backend("stuck", 5, stuck).policy("full", 0, FakePolicy.full()).model(TestModels.model());
        CompletableFuture<InferenceResult> before = submit();
        bench.awaitEntry(JournalEntry.SESSION_FAILED, "toy");
        CompletableFuture<InferenceResult> after = submit();
        bench.backend("cpu", 0, backend);
        assertThat(backendOf(before)).isEqualTo("cpu");
        assertThat(backendOf(after)).isEqualTo("cpu");
    }

    @Test
    void whoeverWaitsForASessionThatOpensForeverIsToldWhenItsBackendGoes() throws Exception {
        FakeBackend stuck = new FakeBackend();
        stuck.opening = model -> QueueTest.awaitIgnoringInterrupts(gate);
        bench.backend("stuck", 5, stuck).policy("full", 0, FakePolicy.full()).model(TestModels.model());
        CompletableFuture<InferenceResult> alone = submit();
        bench.removeBackend(stuck);
        assertThatThrownBy(() -> backendOf(alone)).cause().isInstanceOf(NoBackendException.class);

        FakeBackend again = new FakeBackend();
        again.opening = stuck.opening;
        bench.backend("again", 5, again).backend("cpu", 0, backend);
        CompletableFuture<InferenceResult> waiting = submit();
        assertThat(waiting).isNotDone();
        bench.removeBackend(again);
        assertThat(backendOf(waiting)).isEqualTo("cpu");
    }

    private CompletableFuture<InferenceResult> submit() {
        return bench.coordinator.service().submit(Bench.request().build());
    }

    private static String backendOf(CompletableFuture<InferenceResult> answer) throws Exception {
        try (InferenceResult result = answer.get(10, TimeUnit.SECONDS)) {
            return result.traces().get(0).backend();
        }
    }

    @Test
    void callsThatHangAreCappedAndThePluginIsProbedAgainWhenTheyReturn() throws Exception {
        bench.configuration.update(
                Map.of("drainTimeoutMillis", "100", "pluginTimeoutMillis", "50", "abandonedCallLimit", "2"));
        ready();
        AtomicInteger calls = new AtomicInteger();
        FakePolicy hanging = new FakePolicy(context -> {
            if (calls.incrementAndGet() <= 2) {
                QueueTest.awaitIgnoringInterrupts(gate);
            }
            return List.of(Decision.run(TestModels.path(1)));
        });
        bench.policy("hanging", 9, hanging);
        for (int probe = 0; probe < 5; probe++) {
            assertThat(bench.trace(Bench.request()).policy()).isEqualTo("static");
            // Long after every quarantine.
            shift.addAndGet(Duration.ofHours(1).toNanos());
        }
        assertThat(calls).hasValue(2);
        assertThat(bench.counter("abandoned")).isEqualTo(2);
        assertThat(bench.coordinator.status().services())
                .filteredOn(service -> service.name().equals("hanging"))
                .singleElement()
                .satisfies(service -> assertThat(service.reason()).contains("have not returned: 2"));
        assertThat(bench.awaitEntry(JournalEntry.EXHAUSTED, "hanging").text()).contains("still out: 2");
        gate.countDown();
        Bench.await(() -> bench.journal
                        .latest(9, JournalEntry.CALL_RETURNED_LATE, "hanging")
                        .size()
                == 2);
        assertThat(bench.journal.latest(9, JournalEntry.RECOVERED, "hanging")).hasSize(1);
        shift.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(bench.trace(Bench.request()).policy()).isEqualTo("hanging");
        bench.awaitEntry(JournalEntry.PROBED, "hanging");
        bench.awaitEntry(JournalEntry.RELEASED, "hanging");
    }

    @Test
    void callsThatHangAtOnceAreOneQuarantine() throws Exception {
        FakeBackend hanging = new FakeBackend();
        hanging.behaviour = (path, inputs, control) -> {
            QueueTest.awaitIgnoringInterrupts(gate);
            return FakeBackend.answer(path, inputs, control);
        };
        bench.configuration.update(Map.of("drainTimeoutMillis", "100", "workers", "3"));
        bench.backend("hanging", 9, hanging);
        ready();
        List<CompletableFuture<InferenceResult>> sent = List.of(submit(), submit(), submit());
        Bench.await(() -> hanging.runsInProgress.get() == 3);
        bench.configuration.update(Map.of("drainTimeoutMillis", "100", "workers", "3", "pluginTimeoutMillis", "50"));
        for (CompletableFuture<InferenceResult> each : sent) {
            assertThat(backendOf(each)).isEqualTo("cpu");
        }
        assertThat(bench.counter("abandoned")).isEqualTo(3);
        assertThat(bench.counter("quarantines")).isEqualTo(1);
        Bench.await(() ->
                bench.journal.latest(9, JournalEntry.CALL_ABANDONED, "hanging").size() == 3);
        assertThat(bench.journal.latest(9, JournalEntry.QUARANTINED, "hanging")).hasSize(1);
    }

    @Test
    void whoeverWaitsForAnotherBackendIsAnsweredByAnExhaustedOneThatRecovers() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        try {
            FakeBackend stuck = new FakeBackend();
            stuck.opening = model -> QueueTest.awaitIgnoringInterrupts(opening);
            bench.configuration.update(
                    Map.of("drainTimeoutMillis", "100", "pluginTimeoutMillis", "50", "abandonedCallLimit", "1"));
            ready().backend("stuck", -1, stuck);
            backend.behaviour = (path, inputs, control) -> {
                QueueTest.awaitIgnoringInterrupts(gate);
                return FakeBackend.answer(path, inputs, control);
            };
            CompletableFuture<InferenceResult> abandoned = submit();
            bench.awaitEntry(JournalEntry.EXHAUSTED, "cpu");
            bench.awaitEntry(JournalEntry.SESSION_FAILED, "toy");
            CompletableFuture<InferenceResult> waiting = submit();
            assertThat(waiting).isNotDone();
            gate.countDown();
            assertThat(backendOf(waiting)).isEqualTo("cpu");
            assertThat(bench.awaitEntry(JournalEntry.RECOVERED, "cpu").text()).contains("may be tried again");
            opening.countDown();
            assertThat(backendOf(abandoned)).isEqualTo("stuck");
        } finally {
            opening.countDown();
        }
    }

    @Test
    void theOnlyBackendIsNotEvenTheLastResortWhenTooManyCallsHangInIt() throws Exception {
        bench.configuration.update(
                Map.of("drainTimeoutMillis", "100", "pluginTimeoutMillis", "50", "abandonedCallLimit", "1"));
        ready();
        AtomicBoolean hangs = new AtomicBoolean(true);
        backend.behaviour = (path, inputs, control) -> {
            if (hangs.get()) {
                QueueTest.awaitIgnoringInterrupts(gate);
            }
            return FakeBackend.answer(path, inputs, control);
        };
        assertThatThrownBy(() -> bench.infer(Bench.request())).isInstanceOf(BackendException.class);
        int runs = backend.runs.get();
        assertThatThrownBy(() -> bench.infer(Bench.request()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("have not returned");
        assertThat(backend.runs).hasValue(runs);
        assertThat(bench.coordinator.status().ready()).isFalse();
        hangs.set(false);
        gate.countDown();
        Bench.await(() -> bench.coordinator.status().ready());
        bench.infer(Bench.request()).close();
    }
}
