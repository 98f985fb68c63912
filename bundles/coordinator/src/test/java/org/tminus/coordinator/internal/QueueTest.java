/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tminus.failure.CapacityException;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.JournalEntry;
import org.tminus.inference.Priority;
import org.tminus.inference.Step;
import org.tminus.model.AdaptiveModel;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Requests that wait, are cancelled, come too late, or are too many. */
class QueueTest {
    private final FakeBackend backend = new FakeBackend();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicLong shift = new AtomicLong();
    private final AdaptiveModel model = TestModels.model();
    private final Bench bench =
            new Bench(Map.of("workers", 1, "queueCapacity", 4), () -> System.nanoTime() + shift.get());

    @AfterEach
    void close() {
        gate.countDown();
        bench.close();
    }

    private void start() {
        bench.backend("cpu", 0, backend).policy("full", 0, FakePolicy.full()).model(model);
        bench.awaitReady();
    }

    /** The backend holds requests until the gate opens or they are cancelled. */
    private void closeGate() {
        backend.behaviour = (path, inputs, control) -> {
            while (gate.getCount() > 0) {
                control.check();
                Thread.onSpinWait();
            }
            return FakeBackend.answer(path, inputs, control);
        };
    }

    private CompletableFuture<InferenceResult> submit(InferenceRequest.Builder request) {
        return bench.coordinator.service().submit(request.build());
    }

    private CompletableFuture<InferenceResult> occupy() {
        closeGate();
        CompletableFuture<InferenceResult> running = submit(Bench.request());
        Bench.await(() -> backend.runsInProgress.get() == 1);
        return running;
    }

    private static InferenceRequest.Builder valued(float value) {
        return InferenceRequest.builder("toy").input("x", HostTensor.ofFloats(Shape.of(1, 4), value, 0, 0, 0));
    }

    @Test
    void priorityThenAge() throws Exception {
        start();
        CompletableFuture<InferenceResult> running = occupy();
        List<Float> order = Collections.synchronizedList(new ArrayList<>());
        var held = backend.behaviour;
        backend.behaviour = (path, inputs, control) -> {
            order.add(inputs.get("x").buffer().asFloatBuffer().get(0));
            return held.run(path, inputs, control);
        };
        List<CompletableFuture<InferenceResult>> waiting = List.of(
                submit(valued(1).priority(Priority.LOW)),
                submit(valued(2)),
                submit(valued(3).priority(Priority.HIGH)),
                submit(valued(4).priority(Priority.HIGH)));
        gate.countDown();
        running.get().close();
        for (var future : waiting) {
            try (InferenceResult result = future.get()) {
                assertThat(result.traces().get(0).nanos(Step.QUEUE)).isPositive();
            }
        }
        assertThat(order).containsExactly(3f, 4f, 2f, 1f);
    }

    @Test
    void tooManyWait() {
        start();
        occupy();
        for (int index = 0; index < 4; index++) {
            assertThat(submit(Bench.request())).isNotDone();
        }
        assertThatThrownBy(() -> submit(Bench.request()).get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(CapacityException.class)
                .hasMessageContaining("4");
        assertThat(bench.counter("rejected")).isEqualTo(1);
    }

    @Test
    void cancelledWhileQueued() throws Exception {
        start();
        CompletableFuture<InferenceResult> running = occupy();
        CompletableFuture<InferenceResult> queued = submit(Bench.request());
        assertThat(queued.cancel(true)).isTrue();
        assertThatThrownBy(queued::get).isInstanceOf(CancellationException.class);
        gate.countDown();
        running.get().close();
        bench.infer(Bench.request()).close();
        assertThat(backend.runs).hasValue(2);
        assertThat(bench.counter("cancelled")).isEqualTo(1);
    }

    @Test
    void cancelledWhileRunning() throws Exception {
        start();
        CompletableFuture<InferenceResult> running = occupy();
        assertThat(running.cancel(false)).isTrue();
        Bench.await(() -> backend.runsInProgress.get() == 0);
        gate.countDown();
        bench.infer(Bench.request()).close();
        assertThat(bench.counter("cancelled")).isEqualTo(1);
        assertThat(bench.counter("fallbacks")).isZero();
    }

    @Test
    void answerThatComesAfterCancellationIsClosed() throws Exception {
        start();
        AtomicReference<Tensor> late = new AtomicReference<>();
        CountDownLatch entered = new CountDownLatch(1);
        backend.behaviour = (path, inputs, control) -> {
            entered.countDown();
            awaitIgnoringInterrupts(gate);
            var outputs = FakeBackend.answer(path, inputs, control);
            late.set(outputs.get("y"));
            return outputs;
        };
        CompletableFuture<InferenceResult> running = submit(Bench.request());
        entered.await();
        running.cancel(true);
        gate.countDown();
        Bench.await(() -> bench.counter("lateResults") == 1);
        assertThatThrownBy(() -> late.get().buffer()).isInstanceOf(IllegalStateException.class);
    }

    static void awaitIgnoringInterrupts(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void interruptedCallerCancels() throws Exception {
        start();
        CompletableFuture<InferenceResult> running = occupy();
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread caller = new Thread(() -> {
            try {
                bench.infer(Bench.request()).close();
            } catch (InterruptedException e) {
                interrupted.set(true);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        caller.start();
        Bench.await(() -> bench.counter("handedOver") == 1);
        caller.interrupt();
        caller.join();
        assertThat(interrupted).isTrue();
        gate.countDown();
        running.get().close();
        assertThat(backend.runs).hasValue(1);
    }

    @Test
    void deadlinePassesInTheQueueAndInABackendThatDoesNotLook() throws Exception {
        start();
        backend.behaviour = (path, inputs, control) -> {
            awaitIgnoringInterrupts(gate);
            return FakeBackend.answer(path, inputs, control);
        };
        CompletableFuture<InferenceResult> running = submit(Bench.request().deadline(Duration.ofHours(1)));
        Bench.await(() -> backend.runsInProgress.get() == 1);
        CompletableFuture<InferenceResult> queued = submit(Bench.request().deadline(Duration.ofMillis(30)));
        assertThatThrownBy(queued::get).cause().isInstanceOf(DeadlineExceededException.class);
        assertThatThrownBy(() -> bench.infer(Bench.request().deadline(Duration.ofMillis(30))))
                .isInstanceOf(DeadlineExceededException.class);
        // Only the monotonic clock counts: two of its hours pass while the wall clock hardly moves.
        assertThat(running).isNotDone();
        shift.addAndGet(Duration.ofHours(2).toNanos());
        assertThatThrownBy(running::get).cause().isInstanceOf(DeadlineExceededException.class);
        gate.countDown();
        Bench.await(() -> bench.counter("lateResults") == 1);
        bench.infer(Bench.request()).close();
        assertThat(backend.runs).hasValue(2);
    }

    @Test
    void futuresCompleteOnThePlatformsOwnThreads() throws Exception {
        start();
        closeGate();
        CompletableFuture<String> name = submit(Bench.request())
                .thenApply(result -> Thread.currentThread().getName());
        gate.countDown();
        assertThat(name.get()).startsWith("tminus-completion-");
    }

    @Test
    void dependentsMayWaitForOtherRequests() throws Exception {
        start();
        // Held until each has its dependent: what is attached to a future that is done runs on the attaching thread.
        closeGate();
        CountDownLatch all = new CountDownLatch(4);
        List<CompletableFuture<Void>> chains = new ArrayList<>();
        for (int client = 0; client < 4; client++) {
            chains.add(submit(Bench.request()).thenAccept(result -> {
                all.countDown();
                try {
                    // None goes on before every dependent runs.
                    all.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                submit(Bench.request()).join().close();
            }));
        }
        gate.countDown();
        for (CompletableFuture<Void> chain : chains) {
            chain.get(20, TimeUnit.SECONDS);
        }
        assertThat(backend.runs).hasValue(8);
    }

    @Test
    void modelRemovedWhileQueued() throws Exception {
        start();
        CompletableFuture<InferenceResult> running = occupy();
        CompletableFuture<InferenceResult> queued = submit(Bench.request());
        Thread remover = new Thread(() -> bench.coordinator.board().unbindModel(model));
        remover.start();
        Bench.await(() -> bench.coordinator.board().current().models().isEmpty());
        gate.countDown();
        running.get().close();
        assertThatThrownBy(queued::get).cause().isInstanceOf(ModelNotFoundException.class);
        remover.join();
        assertThat(backend.closed).hasValue(1);
    }

    @Test
    void newVersionTakesOverWhenItIsOpen() throws Exception {
        start();
        CountDownLatch opening = new CountDownLatch(1);
        backend.opening = opened -> awaitIgnoringInterrupts(opening);
        AdaptiveModel second = TestModels.model("toy", "2.0.0");
        bench.model(second);
        assertThat(bench.trace(Bench.request()).modelVersion()).hasToString("1.0.0");
        CompletableFuture<InferenceResult> patient =
                submit(Bench.request().versions(org.osgi.framework.VersionRange.valueOf("2")));
        assertThat(patient).isNotDone();
        opening.countDown();
        try (InferenceResult result = patient.get()) {
            assertThat(result.traces().get(0).modelVersion()).hasToString("2.0.0");
        }
        assertThat(bench.trace(Bench.request()).modelVersion()).hasToString("2.0.0");
        bench.coordinator.board().unbindModel(second);
        assertThat(bench.trace(Bench.request()).modelVersion()).hasToString("1.0.0");
    }

    @Test
    void requestsWaitForTheSessionWithinTheirDeadline() throws Exception {
        backend.opening = opened -> awaitIgnoringInterrupts(gate);
        bench.backend("cpu", 0, backend).model(model);
        CompletableFuture<InferenceResult> patient = submit(Bench.request());
        assertThatThrownBy(() -> bench.infer(Bench.request().deadline(Duration.ofMillis(20))))
                .isInstanceOf(DeadlineExceededException.class);
        assertThat(bench.coordinator.status().ready()).isFalse();
        gate.countDown();
        patient.get().close();
        assertThat(backend.opened).hasValue(1);
    }

    @Test
    void whatNoLongerWaitsForASessionIsNotHeld() {
        backend.opening = opened -> awaitIgnoringInterrupts(gate);
        bench.configuration.update(Map.of("pluginTimeoutMillis", "50"));
        bench.backend("cpu", 0, backend).model(model);
        // From then on nobody tells them before it is open.
        bench.awaitEntry(JournalEntry.SESSION_FAILED, "toy");
        List<WeakReference<Tensor>> inputs = List.of(cancelled(), expired());
        Bench.await(() -> {
            System.gc();
            return inputs.stream().allMatch(input -> input.get() == null);
        });
    }

    private WeakReference<Tensor> cancelled() {
        InferenceRequest request = Bench.request().build();
        assertThat(bench.coordinator.service().submit(request).cancel(true)).isTrue();
        return new WeakReference<>(request.inputs().get("x"));
    }

    private WeakReference<Tensor> expired() {
        InferenceRequest request =
                Bench.request().deadline(Duration.ofMillis(20)).build();
        assertThatThrownBy(() -> bench.coordinator.service().infer(request))
                .isInstanceOf(DeadlineExceededException.class);
        return new WeakReference<>(request.inputs().get("x"));
    }

    @Test
    void stoppingRefusesWhatWaitsAndWhatComes() throws Exception {
        start();
        CompletableFuture<InferenceResult> running = occupy();
        CompletableFuture<InferenceResult> queued = submit(Bench.request());
        Thread closer = new Thread(bench.coordinator::close);
        closer.start();
        assertThatThrownBy(queued::get).cause().isInstanceOf(CapacityException.class);
        gate.countDown();
        running.get().close();
        closer.join();
        assertThat(backend.closed).hasValue(1);
        assertThatThrownBy(() -> bench.infer(Bench.request())).isInstanceOf(CapacityException.class);
    }
}
