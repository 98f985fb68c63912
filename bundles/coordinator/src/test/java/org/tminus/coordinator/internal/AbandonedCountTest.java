/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tminus.coordinator.internal.pipeline.DrainOutcome;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.JournalEntry;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Decision;

/** Each call that nobody can end is counted once as abandoned, whoever gives it up and whatever else it holds. */
class AbandonedCountTest {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger hanging = new AtomicInteger();
    private final FakeBackend backend = new FakeBackend();
    private final FakePolicy policy = new FakePolicy(context -> {
        hanging.incrementAndGet();
        QueueTest.awaitIgnoringInterrupts(gate);
        return List.of(Decision.run(TestModels.path(1)));
    });
    private final Bench bench = new Bench(Map.of("drainTimeoutMillis", "50"));

    @AfterEach
    void close() {
        gate.countDown();
        bench.close();
    }

    private void ready(AdaptiveModel model) {
        bench.backend("cpu", 0, backend).policy("hanging", 9, policy).model(model);
        bench.awaitReady();
    }

    private void giveUpOneCall() throws Exception {
        bench.configuration.update(Map.of("drainTimeoutMillis", "50", "pluginTimeoutMillis", "50"));
        assertThat(bench.trace(Bench.request()).policy()).isEqualTo("static");
        assertThat(bench.counter("abandoned")).isEqualTo(1);
    }

    @Test
    void notAgainWhenItsServiceGoes() throws Exception {
        ready(TestModels.model());
        giveUpOneCall();
        assertThat(bench.coordinator.board().unbindPolicy(policy)).isEqualTo(DrainOutcome.HELD_UP);
        assertThat(bench.counter("abandoned")).isEqualTo(1);
        gate.countDown();
        bench.awaitEntry(JournalEntry.CALL_RETURNED_LATE, "hanging");
        assertThat(bench.journal.latest(9, JournalEntry.CALL_ABANDONED, null)).hasSize(1);
    }

    @Test
    void notAgainWhenWhatItHoldsGoes() throws Exception {
        AdaptiveModel model = TestModels.model();
        ready(model);
        giveUpOneCall();
        assertThat(bench.removeBackend(backend)).isEqualTo(DrainOutcome.HELD_UP);
        bench.coordinator.board().unbindModel(model);
        assertThat(bench.counter("abandoned")).isEqualTo(1);
        assertThat(backend.closed).hasValue(0);
        gate.countDown();
        Bench.await(() -> backend.closed.get() == 1);
    }

    @Test
    void eachOfThoseThatOneDrainGivesUp() throws Exception {
        ready(TestModels.model());
        List<CompletableFuture<InferenceResult>> running = List.of(
                bench.coordinator.service().submit(Bench.request().build()),
                bench.coordinator.service().submit(Bench.request().build()));
        Bench.await(() -> hanging.get() == 2);
        assertThat(bench.coordinator.board().unbindPolicy(policy)).isEqualTo(DrainOutcome.ABANDONED);
        for (CompletableFuture<InferenceResult> one : running) {
            one.get().close();
        }
        assertThat(bench.counter("abandoned")).isEqualTo(2);
    }

    @Test
    void anOpeningThatTwoDrainsFind() {
        backend.opening = model -> {
            hanging.incrementAndGet();
            QueueTest.awaitIgnoringInterrupts(gate);
        };
        AdaptiveModel model = TestModels.model();
        bench.backend("cpu", 0, backend).model(model);
        Bench.await(() -> hanging.get() == 1);
        assertThat(bench.coordinator.board().unbindModel(model)).isEqualTo(DrainOutcome.ABANDONED);
        assertThat(bench.removeBackend(backend)).isEqualTo(DrainOutcome.HELD_UP);
        assertThat(bench.counter("abandoned")).isEqualTo(1);
    }
}
