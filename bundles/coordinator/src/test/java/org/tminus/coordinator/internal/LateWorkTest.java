/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.inference.InferenceResult;
import org.tminus.policy.Decision;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** What comes back after everybody has given it up does no harm, and is counted for what it is. */
class LateWorkTest {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final FakeBackend backend = new FakeBackend();

    @Test
    void attemptThatWasGivenUpWritesNoMoreToTheClientsMemory() throws Exception {
        try (Bench bench = Bench.ready(backend, Map.of("pluginTimeoutMillis", "100"))) {
            AtomicBoolean back = new AtomicBoolean();
            bench.policy(
                    "hanging",
                    5,
                    FakePolicy.asking(
                            checkpoint -> {
                                QueueTest.awaitIgnoringInterrupts(gate);
                                back.set(true);
                                return Collections.nCopies(checkpoint.rows(), Decision.goOn());
                            },
                            0));
            HostTensor mine = HostTensor.ofFloats(Shape.of(1, 3), 0, 0, 0);
            try (InferenceResult result = bench.infer(Bench.request().outputInto("y", mine))) {
                assertThat(result.traces().get(0).policy()).isEqualTo("static");
            }
            // The client has its answer, and uses its memory for something else.
            mine.writableBuffer().asFloatBuffer().put(new float[] {7, 7, 7});
            gate.countDown();
            Bench.await(() -> back.get() && backend.openRuns.get() == 0);
            bench.infer(Bench.request().policy("full")).close();
            assertThat(mine.buffer().asFloatBuffer().get(0)).isEqualTo(7);
            // The backend did nothing wrong.
            assertThat(bench.counter("fallbacks.backend")).isZero();
        } finally {
            gate.countDown();
        }
    }

    @Test
    void policyThatFailsAtEachCheckpointIsQuarantined() throws Exception {
        try (Bench bench = Bench.ready(backend)) {
            bench.policy(
                    "broken",
                    5,
                    FakePolicy.asking(
                            checkpoint -> {
                                throw new IllegalStateException("broken");
                            },
                            0));
            for (int request = 0; request < 5; request++) {
                assertThat(bench.trace(Bench.request()).policy()).isEqualTo("broken");
            }
            assertThat(bench.counter("quarantines")).isEqualTo(1);
            assertThat(bench.trace(Bench.request()).policy()).isEqualTo("static");
        }
    }

    @Test
    void policyThatComesBackLateStaysInQuarantine() throws Exception {
        try (Bench bench = Bench.ready(backend, Map.of("pluginTimeoutMillis", "100"))) {
            FakePolicy hanging = new FakePolicy(context -> {
                QueueTest.awaitIgnoringInterrupts(gate);
                return Collections.nCopies(context.rows(), Decision.run(TestModels.path(1)));
            });
            bench.policy("hanging", 5, hanging);
            assertThat(bench.trace(Bench.request()).policy()).isEqualTo("static");
            gate.countDown();
            Bench.await(() -> hanging.closed.get() == 1);
            assertThat(bench.coordinator.status().services())
                    .filteredOn(service -> service.name().equals("hanging"))
                    .singleElement()
                    .satisfies(service -> assertThat(service.state()).isEqualTo("quarantined"));
        } finally {
            gate.countDown();
        }
    }

    @Test
    void deadlineThatTheBackendSeesFirstIsCountedAsOne() {
        AtomicLong shift = new AtomicLong();
        try (Bench bench = new Bench(Map.of(), () -> System.nanoTime() + shift.get())) {
            bench.backend("cpu", 0, backend)
                    .policy("full", 0, FakePolicy.full())
                    .model(TestModels.model());
            bench.awaitReady();
            backend.behaviour = (path, inputs, control) -> {
                shift.addAndGet(Duration.ofHours(2).toNanos());
                control.check();
                return FakeBackend.answer(path, inputs, control);
            };
            assertThatThrownBy(() -> bench.infer(Bench.request().deadline(Duration.ofHours(1))))
                    .isInstanceOf(DeadlineExceededException.class);
            assertThat(bench.counter("deadlinesExceeded")).isEqualTo(1);
            assertThat(bench.counter("failed")).isEqualTo(1);
        }
    }

    @Test
    void sessionThatOpensAfterTheEndIsClosed() {
        AtomicBoolean opening = new AtomicBoolean();
        backend.opening = model -> {
            opening.set(true);
            QueueTest.awaitIgnoringInterrupts(gate);
        };
        try (Bench bench = new Bench(Map.of("drainTimeoutMillis", "20"))) {
            bench.backend("cpu", 0, backend).model(TestModels.model());
            Bench.await(opening::get);
        } finally {
            gate.countDown();
        }
        Bench.await(() -> backend.opened.get() == 1);
        Bench.await(() -> backend.closed.get() == 1);
    }
}
