/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tminus.coordinator.internal.Backlog.request;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tminus.failure.BackendException;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Step;
import org.tminus.inference.Trace;
import org.tminus.policy.Budget;
import org.tminus.policy.Decision;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Waiting requests that run together, and what one of them means for the others. */
class JoiningTest {
    private final FakeBackend backend = new FakeBackend();
    private final Backlog backlog = new Backlog(backend);
    private final AtomicLong clock = new AtomicLong(1_000_000_000);
    private Bench bench;

    @AfterEach
    void close() {
        backlog.open();
        bench.close();
    }

    private void start(Map<String, Object> properties) {
        Map<String, Object> all = new HashMap<>(Map.of("workers", 1, "batchMaxRows", 8));
        all.putAll(properties);
        bench = Bench.ready(backend, all);
    }

    private List<CompletableFuture<InferenceResult>> submit(InferenceRequest.Builder... requests) {
        return Stream.of(requests)
                .map(request -> bench.coordinator.service().submit(request.build()))
                .toList();
    }

    /** Submits requests while the worker is busy with another, and lets it go on. */
    private List<CompletableFuture<InferenceResult>> wait(InferenceRequest.Builder... requests) throws Exception {
        CompletableFuture<InferenceResult> occupant = backlog.close(bench);
        List<CompletableFuture<InferenceResult>> waiting = submit(requests);
        backlog.open();
        occupant.get().close();
        return waiting;
    }

    private static void assertAnswered(CompletableFuture<InferenceResult> future, float... values) throws Exception {
        try (InferenceResult result = future.get()) {
            assertThat(result.traces()).hasSize(values.length);
            for (int row = 0; row < values.length; row++) {
                assertThat(Bench.y(result, row, 0)).isEqualTo(values[row]);
            }
        }
    }

    private static Trace trace(CompletableFuture<InferenceResult> future) throws Exception {
        return future.get().traces().get(0);
    }

    @Test
    void whatWaitsRunsTogether() throws Exception {
        start(Map.of());
        var waiting = wait(request(1), request(2, 3), request(4));
        assertAnswered(waiting.get(0), 1);
        assertAnswered(waiting.get(1), 2, 3);
        assertAnswered(waiting.get(2), 4);
        assertThat(backlog.runs).containsExactly(List.of(1f, 2f, 3f, 4f));
        assertThat(bench.counter("joinedBatches")).isEqualTo(1);
        assertThat(bench.counter("joinedRequests")).isEqualTo(3);
        assertThat(bench.counter("joinedRows")).isEqualTo(4);
        assertThat(bench.counter("rows")).isEqualTo(5);
        assertThat(waiting.stream().map(future -> future.join().traces().get(0).requestId()))
                .doesNotHaveDuplicates();
        for (var future : waiting) {
            assertThat(trace(future).nanos(Step.RUN)).isPositive();
            assertThat(trace(future).nanos(Step.QUEUE)).isPositive();
            assertThat(trace(future).fallbacks()).isEmpty();
        }
    }

    @Test
    void nothingRunsTogetherUnlessConfigured() throws Exception {
        start(Map.of("batchMaxRows", 1));
        var waiting = wait(request(1), request(2));
        assertAnswered(waiting.get(0), 1);
        assertAnswered(waiting.get(1), 2);
        assertThat(backlog.runs).containsExactly(List.of(1f), List.of(2f));
        assertThat(bench.counter("joinedBatches")).isZero();
    }

    @Test
    void isConfiguredForOneModel() throws Exception {
        start(Map.of("batchMaxRows", 1));
        bench.configuration.updateModel("org.tminus.model~toy", Map.of("batchMaxRows", "2"));
        var waiting = wait(request(1), request(2), request(3));
        assertAnswered(waiting.get(2), 3);
        assertThat(backlog.runs).containsExactly(List.of(1f, 2f), List.of(3f));
        assertThat(bench.configuration.updateModel("org.tminus.model~toy", Map.of("batchMaxRows", "0")))
                .isFalse();
        assertThat(bench.configuration.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.key()).isEqualTo("batchMaxRows");
            assertThat(problem.expected()).contains("1 to 4096");
        });
    }

    @Test
    void onlyWhatIsAlikeRunsTogether() throws Exception {
        start(Map.of());
        bench.model(TestModels.tokens());
        bench.awaitReady();
        List<Long> rows = Collections.synchronizedList(new ArrayList<>());
        backlog.behaviour = (path, inputs, control) -> {
            rows.add(inputs.get("ids").shape().dimension(0) * 100
                    + inputs.get("ids").shape().dimension(1));
            return FakeBackend.answer(path, inputs, control);
        };
        for (var future : wait(
                tokens(3),
                tokens(4),
                tokens(3),
                tokens(4).outputs("y"),
                tokens(3).policy("other"))) {
            future.get().close();
        }
        assertThat(rows).containsExactly(203L, 204L, 103L);
    }

    private static InferenceRequest.Builder tokens(int length) {
        Shape shape = Shape.of(1, length);
        return InferenceRequest.builder("tokens")
                .input("ids", HostTensor.allocate(ElementType.INT64, shape))
                .input("mask", HostTensor.allocate(ElementType.INT64, shape));
    }

    @Test
    void budgetsOfASingleRunAreKeptAlone() throws Exception {
        start(Map.of());
        Budget latency = Budget.builder().latency(Duration.ofHours(1)).build();
        Budget memory = Budget.builder().memoryBytes(1L << 40).build();
        Budget flops = Budget.ofFlopsRatio(0.99);
        for (var future : wait(
                request(1),
                request(2).budget(latency),
                request(3).budget(memory),
                request(4).budget(flops))) {
            future.get().close();
        }
        assertThat(backlog.runs).contains(List.of(2f), List.of(3f));
    }

    @Test
    void differentPathsRunApart() throws Exception {
        start(Map.of("policy", "byRow"));
        bench.policy("byRow", 0, new FakePolicy(context -> {
            List<Decision> decisions = new ArrayList<>();
            for (int row = 0; row < context.rows(); row++) {
                decisions.add(Decision.run(TestModels.path(1 + row)));
            }
            return decisions;
        }));
        bench.awaitReady();
        var waiting = wait(request(1, 2), request(3, 4, 5), request(6));
        assertAnswered(waiting.get(1), 3, 4, 5);
        assertAnswered(waiting.get(0), 1, 2);
        assertAnswered(waiting.get(2), 6);
        assertThat(backlog.runs).containsExactly(List.of(1f, 3f, 6f), List.of(2f, 4f), List.of(5f));
        assertThat(waiting.get(1).get().traces()).extracting(Trace::layersRun).containsExactly(1, 2, 3);
    }

    @Test
    void answersGoToTheClientsOwnMemory() throws Exception {
        start(Map.of());
        HostTensor own = HostTensor.allocate(ElementType.FLOAT32, Shape.of(1, 3));
        var waiting = wait(request(1), request(2).outputInto("y", own), request(3));
        assertAnswered(waiting.get(1), 2);
        assertThat(own.buffer().asFloatBuffer().get(0)).isEqualTo(2);
        assertThat(backlog.runs).containsExactly(List.of(1f, 2f, 3f));
    }

    @Test
    void aRolloutIsNotMixedUp() throws Exception {
        start(Map.of());
        bench.policy("new", -1, FakePolicy.depth(2));
        bench.trial("kind", "policy", "candidate", "new", "mode", "canary", "share", "0.5");
        for (var future : wait(request(1), request(2), request(3), request(4))) {
            future.get().close();
        }
        assertThat(bench.counter("joinedBatches")).isZero();
    }

    @Test
    void freeWorkersGetTheirShare() throws Exception {
        start(Map.of("workers", 2));
        CountDownLatch both = new CountDownLatch(2);
        backlog.behaviour = (path, inputs, control) -> {
            both.countDown();
            Bench.await(() -> both.getCount() == 0);
            return FakeBackend.answer(path, inputs, control);
        };
        var waiting = submit(request(1), request(2));
        assertAnswered(waiting.get(0), 1);
        assertAnswered(waiting.get(1), 2);
        assertThat(bench.counter("joinedBatches")).isZero();
    }

    // ---- who suffers for whom

    @Test
    void oneIsCancelledTheOthersAreAnswered() throws Exception {
        start(Map.of());
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        backlog.behaviour = (path, inputs, control) -> {
            entered.countDown();
            QueueTest.awaitIgnoringInterrupts(held);
            control.check();
            return FakeBackend.answer(path, inputs, control);
        };
        var waiting = wait(request(1), request(2), request(3));
        entered.await();
        assertThat(waiting.get(0).cancel(true)).isTrue();
        held.countDown();
        assertAnswered(waiting.get(1), 2);
        assertAnswered(waiting.get(2), 3);
        assertThat(waiting.get(0)).isCancelled();
        assertThat(backlog.runs).hasSize(1);
        assertThat(bench.counter("joinedFailures")).isZero();
        assertThat(bench.counter("cancelled")).isEqualTo(1);
    }

    @Test
    void theRunEndsWhenNobodyWaitsForItAnyMore() throws Exception {
        start(Map.of());
        CountDownLatch entered = new CountDownLatch(1);
        AtomicBoolean told = new AtomicBoolean();
        backlog.behaviour = (path, inputs, control) -> {
            entered.countDown();
            Bench.await(control::isCancelled);
            told.set(true);
            control.check();
            throw new AssertionError("not cancelled");
        };
        var waiting = wait(request(1), request(2));
        entered.await();
        waiting.forEach(future -> assertThat(future.cancel(true)).isTrue());
        Bench.await(told::get);
        backlog.behaviour = FakeBackend::answer;
        bench.infer(request(3)).close();
        assertThat(bench.counter("joinedFailures")).isZero();
        assertThat(bench.counter("cancelled")).isEqualTo(2);
        assertThat(bench.counter("fallbacks")).isZero();
    }

    @Test
    void theDeadlineOfOnePasses() throws Exception {
        start(Map.of());
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        backlog.behaviour = (path, inputs, control) -> {
            entered.countDown();
            QueueTest.awaitIgnoringInterrupts(held);
            control.check();
            return FakeBackend.answer(path, inputs, control);
        };
        var waiting = wait(request(1).deadline(Duration.ofSeconds(1)), request(2), request(3));
        entered.await();
        assertThatThrownBy(() -> waiting.get(0).get()).cause().isInstanceOf(DeadlineExceededException.class);
        held.countDown();
        assertAnswered(waiting.get(1), 2);
        assertAnswered(waiting.get(2), 3);
        assertThat(backlog.runs).hasSize(1);
    }

    @Test
    void whatFailsTogetherRunsAlone() throws Exception {
        start(Map.of());
        backlog.behaviour = (path, inputs, control) -> {
            if (Backlog.values(inputs).size() > 1) {
                throw new BackendException("No batches today.", "");
            }
            return FakeBackend.answer(path, inputs, control);
        };
        var waiting = wait(request(1), request(2), request(3));
        for (int index = 0; index < 3; index++) {
            assertAnswered(waiting.get(index), index + 1);
            assertThat(trace(waiting.get(index)).fallbacks()).isEmpty();
        }
        assertThat(backlog.runs).containsExactly(List.of(1f, 2f, 3f), List.of(1f), List.of(2f), List.of(3f));
        assertThat(bench.counter("joinedFailures")).isEqualTo(1);
        assertThat(bench.counter("joinedBatches")).isZero();
        assertThat(bench.counter("fallbacks")).isZero();
        assertThat(bench.counter("quarantines")).isZero();
    }

    @Test
    void whatFailsTogetherTimeAndAgainIsLeftAloneForAWhile() throws Exception {
        startWithClock(Map.of("batchDelayMicros", 0));
        backlog.behaviour = (path, inputs, control) -> {
            if (Backlog.values(inputs).size() > 1) {
                throw new BackendException("No batches today.", "");
            }
            return FakeBackend.answer(path, inputs, control);
        };
        for (int round = 0; round < 5; round++) {
            for (var future : wait(request(1), request(2))) {
                future.get().close();
            }
        }
        assertThat(bench.counter("joinedFailures")).isEqualTo(3);
        clock.addAndGet(Duration.ofMinutes(1).toNanos());
        backlog.behaviour = FakeBackend::answer;
        backlog.runs.clear();
        for (var future : wait(request(1), request(2))) {
            future.get().close();
        }
        assertThat(backlog.runs).containsExactly(List.of(1f, 2f));
    }

    @Test
    void anInputThatABackendRefusesFailsAlone() throws Exception {
        start(Map.of());
        backlog.behaviour = (path, inputs, control) -> {
            if (Backlog.values(inputs).contains(2f)) {
                throw new InvalidRequestException("I do not like 2.", "");
            }
            return FakeBackend.answer(path, inputs, control);
        };
        var waiting = wait(request(1), request(2), request(3));
        assertAnswered(waiting.get(0), 1);
        assertAnswered(waiting.get(2), 3);
        assertThatThrownBy(() -> waiting.get(1).get())
                .cause()
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("2");
        assertThat(bench.counter("failed")).isEqualTo(1);
    }

    @Test
    void nanOfAShortPathIsRetriedForItsRowOnly() throws Exception {
        start(Map.of("policy", "two"));
        bench.policy("two", 0, FakePolicy.depth(2));
        bench.awaitReady();
        backlog.behaviour = spoiling(2, 2);
        var waiting = wait(request(1), request(2, 9), request(3));
        assertAnswered(waiting.get(0), 1);
        assertAnswered(waiting.get(1), 2, 9);
        assertAnswered(waiting.get(2), 3);
        assertThat(backlog.runs).containsExactly(List.of(1f, 2f, 9f, 3f), List.of(2f));
        assertThat(trace(waiting.get(0)).fallbacks()).isEmpty();
        assertThat(trace(waiting.get(1)).fallbacks()).hasSize(1);
        assertThat(trace(waiting.get(1)).layersRun()).isEqualTo(4);
        assertThat(waiting.get(1).get().traces().get(1).layersRun()).isEqualTo(2);
        assertThat(bench.counter("retries")).isEqualTo(1);
    }

    @Test
    void nanAtFullDepthFailsItsRequestOnly() throws Exception {
        start(Map.of());
        backlog.behaviour = spoiling(2, 4);
        var waiting = wait(request(1), request(2), request(3));
        assertAnswered(waiting.get(0), 1);
        assertAnswered(waiting.get(2), 3);
        assertThatThrownBy(() -> waiting.get(1).get())
                .cause()
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("NaN");
        assertThat(backlog.runs).hasSize(1);
        assertThat(bench.counter("joinedFailures")).isZero();
    }

    /** Answers rows of this value with NaN at this depth. */
    private static FakeBackend.Behaviour spoiling(float value, int depth) {
        return (path, inputs, control) -> {
            Map<String, Tensor> outputs = FakeBackend.answer(path, inputs, control);
            List<Float> values = Backlog.values(inputs);
            for (int row = 0; row < values.size(); row++) {
                if (values.get(row) == value && path.depth() == depth) {
                    ((HostTensor) outputs.get("y"))
                            .writableBuffer()
                            .asFloatBuffer()
                            .put(row * 3 + 1, Float.NaN);
                }
            }
            return outputs;
        };
    }

    @Test
    void nanAtACheckpointConcernsItsRequestOnly() throws Exception {
        start(Map.of("policy", "asking"));
        AtomicInteger asked = new AtomicInteger();
        bench.policy(
                "asking",
                0,
                FakePolicy.asking(
                        checkpoint -> {
                            asked.incrementAndGet();
                            checkpoint.pooled(0);
                            return Collections.nCopies(checkpoint.rows(), Decision.goOn());
                        },
                        1));
        bench.awaitReady();
        backend.pooling = right -> {
            HostTensor copy = HostTensor.copyOf(right);
            var floats = copy.writableBuffer().asFloatBuffer();
            for (int row = 0; row < right.shape().dimension(0); row++) {
                if (floats.get(row * 4) == 2) {
                    floats.put(row * 4 + 1, Float.NaN);
                }
            }
            return copy;
        };
        var waiting = wait(request(1), request(2), request(3));
        assertAnswered(waiting.get(0), 1);
        assertAnswered(waiting.get(1), 2);
        assertAnswered(waiting.get(2), 3);
        assertThat(trace(waiting.get(0)).fallbacks()).isEmpty();
        assertThat(trace(waiting.get(2)).fallbacks()).isEmpty();
        // As it would have alone: the only backend gives no usable numbers there, and answers at full depth.
        assertThat(trace(waiting.get(1)).fallbacks()).hasSize(1);
        assertThat(backend.openRuns).hasValue(0);
    }

    @Test
    void requestsThatGoDifferentWaysPart() throws Exception {
        start(Map.of("policy", "skipping"));
        bench.policy(
                "skipping",
                0,
                FakePolicy.asking(
                        checkpoint -> {
                            List<Decision> decisions = new ArrayList<>();
                            for (int row = 0; row < checkpoint.rows(); row++) {
                                decisions.add(checkpoint.pooled(row).get(0) == 2 ? Decision.skip(1) : Decision.goOn());
                            }
                            return decisions;
                        },
                        0));
        bench.awaitReady();
        var waiting = wait(request(1), request(2), request(3));
        for (int index = 0; index < 3; index++) {
            assertAnswered(waiting.get(index), index + 1);
        }
        assertThat(trace(waiting.get(0)).layersRun()).isEqualTo(4);
        assertThat(trace(waiting.get(1)).layersRun()).isEqualTo(3);
        assertThat(trace(waiting.get(2)).layersRun()).isEqualTo(4);
        // The one that goes another way leaves the run of the others with its next layers, of which there are none.
        assertThat(backlog.runs).containsExactly(List.of(1f, 2f, 3f), List.of(2f));
        assertThat(backend.openRuns).hasValue(0);
    }

    @Test
    void aCallThatHangsIsGivenUpAndEachRunsAlone() throws Exception {
        start(Map.of());
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        backlog.behaviour = (path, inputs, control) -> {
            if (Backlog.values(inputs).size() > 1) {
                entered.countDown();
                QueueTest.awaitIgnoringInterrupts(never);
            }
            return FakeBackend.answer(path, inputs, control);
        };
        var waiting = wait(request(1), request(2), request(3));
        entered.await();
        losePatience();
        for (int index = 0; index < 3; index++) {
            assertAnswered(waiting.get(index), index + 1);
            assertThat(trace(waiting.get(index)).fallbacks()).isEmpty();
        }
        assertThat(backlog.runs).hasSize(4).contains(List.of(1f, 2f, 3f), List.of(1f), List.of(2f), List.of(3f));
        assertThat(bench.counter("abandoned")).isEqualTo(1);
        never.countDown();
        // The session is not asked to do it again.
        for (var future : wait(request(4), request(5))) {
            future.get().close();
        }
        assertThat(backlog.runs).contains(List.of(4f), List.of(5f));
    }

    /** From now on calls may take 250 ms. */
    private void losePatience() {
        bench.configuration.update(Map.of("workers", 1, "batchMaxRows", 8, "pluginTimeoutMillis", 250));
    }

    @Test
    void aPolicyThatHangsForOneHoldsUpNoOther() throws Exception {
        start(Map.of());
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger decided = new AtomicInteger();
        FakePolicy hanging = FakePolicy.full();
        FakePolicy.First full = hanging.first;
        hanging.first = context -> {
            if (decided.incrementAndGet() == 2) {
                entered.countDown();
                QueueTest.awaitIgnoringInterrupts(never);
            }
            return full.decide(context);
        };
        bench.policy("hanging", -1, hanging);
        var waiting = wait(
                request(1).policy("hanging"),
                request(2).policy("hanging"),
                request(3).policy("hanging"));
        entered.await();
        losePatience();
        for (int index = 0; index < 3; index++) {
            assertAnswered(waiting.get(index), index + 1);
        }
        assertThat(trace(waiting.get(1)).fallbacks()).isNotEmpty();
        assertThat(bench.counter("abandoned")).isEqualTo(1);
        never.countDown();
        Bench.await(() -> hanging.begun.get() == hanging.closed.get());
    }

    @Test
    void theBackendGoesWhileTheyRun() throws Exception {
        start(Map.of("drainTimeoutMillis", 1000));
        FakeBackend second = new FakeBackend();
        bench.backend("second", -1, second);
        CountDownLatch entered = new CountDownLatch(1);
        backlog.behaviour = (path, inputs, control) -> {
            entered.countDown();
            Bench.await(control::isCancelled);
            control.check();
            throw new AssertionError("not cancelled");
        };
        var waiting = wait(request(1), request(2));
        entered.await();
        bench.removeBackend(backend);
        assertAnswered(waiting.get(0), 1);
        assertAnswered(waiting.get(1), 2);
        assertThat(trace(waiting.get(0)).backend()).isEqualTo("second");
        assertThat(bench.counter("drainedAfterCancel")).isEqualTo(1);
    }

    @Test
    void clientsThatWaitForTheirAnswer() throws Exception {
        start(Map.of());
        List<Thread> clients = new ArrayList<>();
        AtomicInteger right = new AtomicInteger();
        for (int client = 1; client <= 8; client++) {
            float value = client;
            Thread thread = new Thread(() -> {
                for (int index = 0; index < 200; index++) {
                    try (InferenceResult result = bench.infer(request(value, value + 100))) {
                        if (Bench.y(result, 0, 0) == value && Bench.y(result, 1, 0) == value + 100) {
                            right.incrementAndGet();
                        }
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
            });
            clients.add(thread);
            thread.start();
        }
        for (Thread client : clients) {
            client.join();
        }
        assertThat(right).hasValue(1600);
        assertThat(bench.counter("requests")).isEqualTo(1600);
        assertThat(bench.counter("rows")).isEqualTo(3200);
    }

    @Test
    void servicesComeAndGoAndClientsCancelMeanwhile() throws Exception {
        start(Map.of("workers", 2));
        FakePolicy asking = FakePolicy.asking(
                checkpoint -> {
                    List<Decision> decisions = new ArrayList<>();
                    for (int row = 0; row < checkpoint.rows(); row++) {
                        float value = checkpoint.pooled(row).get(0);
                        decisions.add(
                                value % 3 == 0
                                        ? Decision.stop(checkpoint.exit().orElseThrow())
                                        : value % 3 == 1 ? Decision.skip(1) : Decision.goOn());
                    }
                    return decisions;
                },
                1);
        bench.policy("asking", 5, asking);
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger right = new AtomicInteger();
        List<Throwable> wrong = Collections.synchronizedList(new ArrayList<>());
        List<Thread> clients = new ArrayList<>();
        for (int client = 0; client < 6; client++) {
            int first = client * 1000;
            Thread thread = new Thread(() -> {
                for (int index = 0; !over.get(); index++) {
                    float value = first + index % 1000;
                    CompletableFuture<InferenceResult> future =
                            bench.coordinator.service().submit(request(value).build());
                    if (index % 7 == 0 && future.cancel(true)) {
                        continue;
                    }
                    try (InferenceResult result = future.get()) {
                        assertThat(Bench.y(result, 0, 0)).isEqualTo(value);
                        right.incrementAndGet();
                    } catch (Exception | Error e) {
                        wrong.add(e);
                    }
                }
            });
            clients.add(thread);
            thread.start();
        }
        List<FakeBackend> backends = new ArrayList<>();
        for (int swap = 0; swap < 60; swap++) {
            FakeBackend next = new FakeBackend();
            backends.add(next);
            bench.backend("next", 10 + swap, next);
            Bench.await(() -> next.opened.get() == 1);
            int before = right.get();
            Bench.await(() -> right.get() > before + 20 || !wrong.isEmpty());
            bench.coordinator.board().unbindPolicy(asking);
            bench.removeBackend(next);
            bench.policy("asking", 5, asking);
        }
        over.set(true);
        for (Thread client : clients) {
            client.join();
        }
        assertThat(wrong).isEmpty();
        assertThat(bench.counter("joinedBatches")).isPositive();
        assertThat(bench.counter("abandoned")).isZero();
        assertThat(bench.counter("quarantines")).isZero();
        bench.close();
        Bench.await(() -> asking.begun.get() == asking.closed.get());
        backends.add(backend);
        assertThat(backends).allMatch(each -> each.openRuns.get() == 0 && each.closed.get() == 1);
    }

    // ---- time

    private void startWithClock(Map<String, Object> properties) {
        Map<String, Object> all = new HashMap<>(Map.of("workers", 1, "batchMaxRows", 2, "batchDelayMicros", 20_000));
        all.putAll(properties);
        bench = new Bench(all, clock::get);
        bench.backend("cpu", 0, backend).policy("full", 0, FakePolicy.full()).model(TestModels.model());
        bench.awaitReady();
    }

    @Test
    void oneIsHeldBackUntilAnotherComes() throws Exception {
        startWithClock(Map.of());
        var first = submit(request(1)).get(0);
        // Goes before it, because nothing can join it.
        bench.infer(request(7, 8)).close();
        assertThat(first).isNotDone();
        var second = submit(request(2)).get(0);
        assertAnswered(first, 1);
        assertAnswered(second, 2);
        assertThat(backlog.runs).containsExactly(List.of(7f, 8f), List.of(1f, 2f));
    }

    @Test
    void oneIsHeldBackForNoLongerThanTheDelay() throws Exception {
        startWithClock(Map.of());
        var first = submit(request(1)).get(0);
        bench.infer(request(7, 8)).close();
        assertThat(first).isNotDone();
        clock.addAndGet(Duration.ofMillis(20).toNanos());
        assertAnswered(first, 1);
        assertThat(trace(first).nanos(Step.QUEUE))
                .isEqualTo(Duration.ofMillis(20).toNanos());
    }

    @Test
    void aDeadlineLeavesHalfOfItsTimeForTheWork() throws Exception {
        startWithClock(Map.of());
        var first = submit(request(1).deadline(Duration.ofMillis(10))).get(0);
        bench.infer(request(7, 8)).close();
        assertThat(first).isNotDone();
        clock.addAndGet(Duration.ofMillis(5).toNanos());
        assertAnswered(first, 1);
    }

    @Test
    void whatIsHeldBackCanBeCancelled() throws Exception {
        startWithClock(Map.of());
        var first = submit(request(1)).get(0);
        assertThat(first.cancel(true)).isTrue();
        var second = submit(request(2)).get(0);
        var third = submit(request(3)).get(0);
        assertAnswered(second, 2);
        assertAnswered(third, 3);
        assertThat(backlog.runs).containsExactly(List.of(2f, 3f));
    }

    // ---- what policies see

    @Test
    void policiesSeeTheQueue() throws Exception {
        start(Map.of("batchMaxRows", 2, "policy", "looking"));
        List<Integer> waitingThen = Collections.synchronizedList(new ArrayList<>());
        List<Long> oldest = Collections.synchronizedList(new ArrayList<>());
        bench.policy("looking", 0, new FakePolicy(context -> {
            waitingThen.add(context.requestsWaiting());
            oldest.add(context.oldestWaitNanos());
            return Collections.nCopies(context.rows(), Decision.run(TestModels.path(4)));
        }));
        bench.awaitReady();
        for (var future : wait(request(1), request(2), request(3))) {
            future.get().close();
        }
        // The occupant; the first two together; the last.
        assertThat(waitingThen).containsExactly(0, 1, 1, 0);
        assertThat(oldest.get(0)).isZero();
        assertThat(oldest.get(1)).isPositive();
        assertThat(oldest.get(2)).isGreaterThanOrEqualTo(oldest.get(1));
        assertThat(oldest.get(3)).isZero();
    }
}
