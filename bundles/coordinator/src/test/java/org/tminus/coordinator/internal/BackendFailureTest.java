/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.DeviceDescription;
import org.tminus.backend.Telemetry;
import org.tminus.coordinator.internal.pipeline.Health;
import org.tminus.failure.BackendException;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.ServiceState;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Decision;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** A backend that fails gives way to the next, and the caller sees it in the trace only. */
class BackendFailureTest {
    private final FakeBackend wrong = new FakeBackend();
    private final FakeBackend right = new FakeBackend();
    private final Bench bench = new Bench();

    BackendFailureTest() {
        bench.backend("wrong", 9, wrong).backend("right", 1, right);
        bench.policy("full", 0, FakePolicy.full()).model(TestModels.model());
        bench.awaitReady();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static FakeBackend.Behaviour giving(Map<String, Tensor> outputs) {
        return (path, inputs, control) -> outputs;
    }

    static Stream<Arguments> wrongAnswers() {
        return Stream.of(
                Arguments.of("exception", (FakeBackend.Behaviour) (path, inputs, control) -> {
                    throw new BackendException("out of memory", "");
                }),
                Arguments.of("unchecked", (FakeBackend.Behaviour) (path, inputs, control) -> {
                    throw new IllegalStateException("broken");
                }),
                Arguments.of("native", (FakeBackend.Behaviour) (path, inputs, control) -> {
                    throw new UnsatisfiedLinkError("no such library");
                }),
                Arguments.of(
                        "a cancellation that nobody asked for", (FakeBackend.Behaviour) (path, inputs, control) -> {
                            throw new RequestCancelledException("", "");
                        }),
                Arguments.of("a deadline that has not passed", (FakeBackend.Behaviour) (path, inputs, control) -> {
                    throw new DeadlineExceededException("", "");
                }),
                Arguments.of("null", giving(null)),
                Arguments.of("no output", giving(new HashMap<>())),
                Arguments.of("wrong rows", giving(Map.of("y", HostTensor.ofFloats(Shape.of(2, 3), new float[6])))),
                Arguments.of("wrong width", giving(Map.of("y", HostTensor.ofFloats(Shape.of(1, 4), new float[4])))),
                Arguments.of("wrong type", giving(Map.of("y", HostTensor.ofLongs(Shape.of(1, 3), 1, 2, 3)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongAnswers")
    void nextBackendAnswers(String what, FakeBackend.Behaviour behaviour) throws Exception {
        wrong.behaviour = behaviour;
        try (InferenceResult result = bench.infer(Bench.request())) {
            Trace trace = result.traces().get(0);
            assertThat(trace.backend()).isEqualTo("right");
            assertThat(trace.policy()).isEqualTo("full");
            assertThat(trace.fallbacks()).singleElement().asString().contains("Backend 'wrong' failed");
            assertThat(Bench.y(result, 0, 1)).isEqualTo(4);
        }
        assertThat(bench.counter("fallbacks.backend")).isEqualTo(1);
        assertThat(bench.counter("failed")).isZero();
    }

    @Test
    void callsThatFailAtOnceAreOneQuarantine() throws Exception {
        int calls = 3 * Health.LIMIT;
        wrong.concurrency = calls;
        try (Bench wide = new Bench(Map.of("workers", Integer.toString(calls)))) {
            wide.backend("wrong", 9, wrong).backend("right", 1, right);
            wide.policy("full", 0, FakePolicy.full()).model(TestModels.model());
            wide.awaitReady();
            CyclicBarrier all = new CyclicBarrier(calls);
            wrong.behaviour = (path, inputs, control) -> {
                try {
                    all.await();
                } catch (InterruptedException | BrokenBarrierException e) {
                    throw new AssertionError(e);
                }
                throw new BackendException("out of memory", "");
            };
            List<CompletableFuture<InferenceResult>> sent = new ArrayList<>();
            for (int call = 0; call < calls; call++) {
                sent.add(wide.coordinator.service().submit(Bench.request().build()));
            }
            for (CompletableFuture<InferenceResult> each : sent) {
                each.get().close();
            }
            assertThat(wide.counter("quarantines")).isEqualTo(1);
        }
    }

    @Test
    void allFail() {
        wrong.behaviour = giving(null);
        right.behaviour = (path, inputs, control) -> {
            throw new BackendException("out of memory", "");
        };
        assertThatThrownBy(() -> bench.infer(Bench.request()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("'wrong'")
                .hasMessageContaining("'right'")
                .hasMessageContaining("out of memory");
        assertThat(bench.counter("failed")).isEqualTo(1);
    }

    @Test
    void requestThatIsInvalidForTheBackendIsTriedNowhereElse() {
        wrong.behaviour = (path, inputs, control) -> {
            throw new InvalidRequestException("the token 99 does not exist", "");
        };
        assertThatThrownBy(() -> bench.infer(Bench.request())).isInstanceOf(InvalidRequestException.class);
        assertThat(right.runs).hasValue(0);
    }

    @Test
    void quarantinedBackendIsLeftAsideAndComesBack() throws Exception {
        wrong.behaviour = giving(null);
        for (int request = 0; request < 10; request++) {
            assertThat(bench.trace(Bench.request()).backend()).isEqualTo("right");
        }
        assertThat(wrong.runs).hasValueLessThan(10);
        assertThat(bench.coordinator.status().services()).anySatisfy(service -> {
            assertThat(service.name()).isEqualTo("wrong");
            assertThat(service.state()).isEqualTo("quarantined");
            assertThat(service.reason()).isNotBlank();
        });
        wrong.behaviour = FakeBackend::answer;
        Bench.await(() -> {
            try {
                return bench.trace(Bench.request()).backend().equals("wrong");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void failureInTheMiddleOfACheckpointRun() throws Exception {
        FakePolicy policy = FakePolicy.asking(
                checkpoint -> {
                    checkpoint.confidence(0);
                    return List.of(Decision.goOn());
                },
                0,
                1);
        bench.policy("asking", 5, policy);
        wrong.behaviour = giving(null);
        Trace trace = bench.trace(Bench.request());
        assertThat(trace.backend()).isEqualTo("right");
        assertThat(trace.path()).isEqualTo(TestModels.path(4));
        assertThat(bench.counter("fallbacks.policy")).isZero();
        assertThat(wrong.openRuns).hasValue(0);
        assertThat(policy.closed).hasValue(1);
    }

    static Stream<Arguments> wrongAtCheckpoints() {
        FakePolicy.Next looksAtScores = checkpoint -> {
            assertThat(checkpoint.confidence(0)).isBetween(0f, 1f);
            return List.of(Decision.goOn());
        };
        FakePolicy.Next looksAtState = checkpoint -> {
            assertThat(checkpoint.pooled(0).get(0)).isEqualTo(1);
            return List.of(Decision.goOn());
        };
        FakePolicy.Next looksAtStateAndHidesWhatItSaw = checkpoint -> {
            try {
                checkpoint.pooled(0);
            } catch (BackendException e) {
                return List.of(Decision.stop(TestModels.exit(0)));
            }
            return List.of(Decision.goOn());
        };
        return Stream.of(
                Arguments.of("scores of NaN", spoilt(scoring(Float.NaN)), looksAtScores),
                Arguments.of("infinite scores", spoilt(scoring(Float.NEGATIVE_INFINITY)), looksAtScores),
                Arguments.of("a state of NaN", spoilt(state(Shape.of(1, 4), Float.NaN)), looksAtState),
                Arguments.of(
                        "an infinite state",
                        spoilt(state(Shape.of(1, 4), Float.POSITIVE_INFINITY)),
                        looksAtStateAndHidesWhatItSaw),
                Arguments.of("a state of other width", spoilt(state(Shape.of(1, 5), 1)), looksAtState),
                Arguments.of("a state of other rows", spoilt(state(Shape.of(2, 4), 1)), looksAtState),
                Arguments.of("no state", spoilt((UnaryOperator<Tensor>) right -> null), looksAtState));
    }

    private static FakeBackend spoilt(FakeBackend.Behaviour behaviour) {
        FakeBackend backend = new FakeBackend();
        backend.behaviour = behaviour;
        return backend;
    }

    private static FakeBackend spoilt(UnaryOperator<Tensor> pooling) {
        FakeBackend backend = new FakeBackend();
        backend.pooling = pooling;
        return backend;
    }

    private static FakeBackend.Behaviour scoring(float value) {
        return (path, inputs, control) -> FakeBackend.output(inputs, value, control);
    }

    private static UnaryOperator<Tensor> state(Shape shape, float last) {
        float[] values = new float[(int) shape.elementCount()];
        values[0] = 1;
        values[values.length - 1] = last;
        return right -> HostTensor.ofFloats(shape, values);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongAtCheckpoints")
    void whatAPolicyCannotSeeAtACheckpointIsTheBackendsFault(String what, FakeBackend spoilt, FakePolicy.Next looks)
            throws Exception {
        bench.backend("spoilt", 20, spoilt);
        Bench.await(() -> spoilt.opened.get() == 1);
        bench.awaitReady();
        FakePolicy policy = FakePolicy.asking(looks, 0);
        bench.policy("looking", 5, policy);
        for (int request = 0; request < Health.LIMIT; request++) {
            Trace trace = bench.trace(Bench.request());
            assertThat(trace.backend()).isEqualTo("wrong");
            assertThat(trace.policy()).isEqualTo("looking");
            assertThat(trace.path()).isEqualTo(TestModels.path(4));
            assertThat(trace.fallbacks()).singleElement().asString().startsWith("Backend 'spoilt' failed: it");
        }
        assertThat(bench.counter("fallbacks.backend")).isEqualTo(Health.LIMIT);
        assertThat(bench.counter("fallbacks")).isEqualTo(Health.LIMIT);
        assertThat(bench.coordinator.status().services())
                .filteredOn(service -> service.state().equals("quarantined"))
                .extracting(ServiceState::name)
                .containsExactly("spoilt");
        assertThat(spoilt.openRuns).hasValue(0);
        assertThat(policy.closed).hasValue(Health.LIMIT);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongAtCheckpoints")
    void whereThereIsNoOtherBackendFullDepthAnswersWithoutCheckpoints(
            String what, FakeBackend spoilt, FakePolicy.Next looks) throws Exception {
        FakeBackend.Behaviour early = spoilt.behaviour;
        spoilt.behaviour = (path, inputs, control) -> path.equals(TestModels.path(4))
                ? FakeBackend.answer(path, inputs, control)
                : early.run(path, inputs, control);
        bench.backend("spoilt", 20, spoilt);
        Bench.await(() -> spoilt.opened.get() == 1);
        bench.removeBackend(wrong);
        bench.removeBackend(right);
        bench.policy("looking", 5, FakePolicy.asking(looks, 0));

        Trace trace = bench.trace(Bench.request());

        assertThat(trace.backend()).isEqualTo("spoilt");
        assertThat(trace.path()).isEqualTo(TestModels.path(4));
        assertThat(trace.fallbacks()).singleElement().asString().startsWith("Backend 'spoilt' failed: it");
        assertThat(spoilt.openRuns).hasValue(0);
    }

    @Test
    void backendThatGivesNoSessionCannotOpenTheModel() throws Exception {
        Backend empty = new Backend() {
            @Override
            public DeviceDescription device() {
                return right.device();
            }

            @Override
            public Telemetry telemetry() {
                return Telemetry.none();
            }

            @Override
            public BackendSession open(AdaptiveModel model) {
                return null;
            }
        };
        bench.coordinator
                .board()
                .bindBackend(empty, empty, Map.of("tminus.name", "empty", "service.ranking", 99), "test 1");
        Bench.await(() -> bench.counter("sessionsFailed") == 1);
        assertThat(bench.trace(Bench.request()).backend()).isEqualTo("wrong");
        bench.removeBackend(wrong);
        bench.removeBackend(right);
        assertThatThrownBy(() -> bench.infer(Bench.request()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("'empty' gave no session");
    }

    @Test
    void backendThatCannotOpenTheModel() throws Exception {
        FakeBackend broken = new FakeBackend();
        broken.opening = model -> {
            throw new BackendException("no space left on device", "Free some space.");
        };
        bench.backend("broken", 99, broken);
        assertThat(bench.trace(Bench.request()).backend()).isEqualTo("wrong");
        bench.removeBackend(wrong);
        bench.removeBackend(right);
        assertThatThrownBy(() -> bench.infer(Bench.request()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("no space left");
        Bench.await(() ->
                bench.coordinator.status().warnings().stream().anyMatch(warning -> warning.contains("no space left")));
        broken.opening = model -> {};
        Bench.await(() -> {
            try {
                return bench.trace(Bench.request()).backend().equals("broken");
            } catch (BackendException e) {
                return false;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }
}
