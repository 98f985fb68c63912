/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tminus.failure.BackendException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.inference.CertificateState;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Step;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.policy.Budget;
import org.tminus.policy.Decision;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** Policies decide per row; what they decide wrongly does no harm, and is counted. */
class DecisionTest {
    private final FakeBackend backend = new FakeBackend();
    private final Bench bench = Bench.ready(backend);

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void traceOfFullDepth() throws Exception {
        Bench.await(() -> backend.prepared.size() == TestModels.LAYERS);
        try (InferenceResult result = bench.infer(Bench.request(2))) {
            assertThat(Bench.y(result, 1, 0)).isEqualTo(2);
            assertThat(result.traces()).hasSize(2);
            Trace trace = result.traces().get(1);
            assertThat(trace.model()).isEqualTo("toy");
            assertThat(trace.modelVersion()).hasToString("1.0.0");
            assertThat(trace.backend()).isEqualTo("cpu");
            assertThat(trace.policy()).isEqualTo("full");
            assertThat(trace.path()).isEqualTo(TestModels.path(4));
            assertThat(trace.layersRun()).isEqualTo(4);
            assertThat(trace.compiled()).isTrue();
            assertThat(trace.fullDepthFlops()).isEqualTo(TestModels.flops(4));
            assertThat(trace.flops()).isEqualTo(TestModels.flops(4) + 2);
            assertThat(trace.certificate()).isEqualTo(CertificateState.FULL_DEPTH);
            assertThat(trace.fallbacks()).isEmpty();
            assertThat(trace.complexity()).isEmpty();
            assertThat(trace.nanos(Step.TOTAL))
                    .isGreaterThanOrEqualTo(trace.nanos(Step.RUN) + trace.nanos(Step.DECIDE));
            assertThat(trace.nanos(Step.RUN)).isPositive();
            assertThat(trace.nanos(Step.PREDICT)).isZero();
        }
    }

    @Test
    void rowsOfOneBatchTakeDifferentPaths() throws Exception {
        bench.policy("mixed", 5, new FakePolicy(context -> IntStream.range(0, context.rows())
                .mapToObj(row -> Decision.run(TestModels.path(row % 2 == 0 ? 1 : 3)))
                .toList()));
        HostTensor mine = HostTensor.ofFloats(Shape.of(5, 3), new float[15]);
        for (var request : List.of(Bench.request(5), Bench.request(5).outputInto("y", mine))) {
            try (InferenceResult result = bench.infer(request)) {
                for (int row = 0; row < 5; row++) {
                    int depth = row % 2 == 0 ? 1 : 3;
                    assertThat(Bench.y(result, row, 0)).isEqualTo(row + 1);
                    assertThat(Bench.y(result, row, 1)).isEqualTo(depth);
                    assertThat(result.traces().get(row).layersRun()).isEqualTo(depth);
                    assertThat(result.traces().get(row).certificate()).isEqualTo(CertificateState.UNCERTIFIED);
                }
            }
        }
        assertThat(mine.buffer().asFloatBuffer().get(12)).isEqualTo(5);
    }

    @Test
    void destinationIsWrittenAndStaysOpen() throws Exception {
        HostTensor mine = HostTensor.ofFloats(Shape.of(1, 3), 9, 9, 9);
        try (InferenceResult result = bench.infer(Bench.request().outputInto("y", mine))) {
            assertThat(result.outputs().get("y")).isSameAs(mine);
        }
        assertThat(mine.buffer().asFloatBuffer().get(1)).isEqualTo(4);
    }

    @Test
    void aDestinationOfAnotherWidthThanWhatCameIsRefusedAndLeftAlone() {
        bench.model(TestModels.builder("toy", "2.0.0")
                .signature(new ModelSignature(
                        List.of(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 4L))),
                        List.of(new TensorSpec("y", ElementType.FLOAT32, List.of(TensorSpec.ANY, TensorSpec.ANY))),
                        Optional.empty()))
                .build());
        Bench.await(() -> backend.opened.get() == 2);
        HostTensor wide = HostTensor.ofFloats(Shape.of(1, 4), 9, 9, 9, 9);
        assertThatThrownBy(() -> bench.infer(Bench.request().outputInto("y", wide)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("[1, 3]");
        assertThat(wide.buffer().asFloatBuffer().get(0)).isEqualTo(9);
    }

    @Test
    void aDestinationThatWasClosedMeanwhileIsTheClientsFault() {
        HostTensor mine = HostTensor.ofFloats(Shape.of(1, 3), 9, 9, 9);
        backend.behaviour = (path, inputs, control) -> {
            mine.close();
            return FakeBackend.answer(path, inputs, control);
        };
        assertThatThrownBy(() -> bench.infer(Bench.request().outputInto("y", mine)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("destination");
    }

    @Test
    void stopsAtCheckpointsRowByRow() throws Exception {
        // Row values are 1, 2, 3: the soft-max of the exit makes rows with larger values surer.
        FakePolicy policy = FakePolicy.asking(
                checkpoint -> {
                    List<Decision> decisions = new ArrayList<>();
                    for (int row = 0; row < checkpoint.rows(); row++) {
                        boolean last = checkpoint.batchRow(row) == 2;
                        boolean second = checkpoint.batchRow(row) == 1
                                && checkpoint.layer().equals(TestModels.layer(1));
                        assertThat(checkpoint.confidence(row)).isBetween(0.3f, 1f);
                        assertThat(checkpoint.pooled(row).get(0)).isEqualTo(checkpoint.batchRow(row) + 1);
                        decisions.add(
                                last || second ? Decision.stop(checkpoint.exit().orElseThrow()) : Decision.goOn());
                    }
                    return decisions;
                },
                0,
                1);
        bench.policy("closed-loop", 5, policy);
        try (InferenceResult result = bench.infer(Bench.request(3))) {
            List<Trace> traces = result.traces();
            assertThat(traces.stream().map(Trace::path))
                    .containsExactly(TestModels.path(4), TestModels.path(2), TestModels.path(1));
            assertThat(traces.get(2).flops()).isEqualTo(TestModels.flops(1) + 2);
            assertThat(traces.get(1).flops()).isEqualTo(TestModels.flops(2) + 1 + 2);
            assertThat(traces.get(0).flops()).isEqualTo(TestModels.flops(4) + 2 + 2);
            for (int row = 0; row < 3; row++) {
                assertThat(Bench.y(result, row, 0)).isEqualTo(row + 1);
                assertThat(Bench.y(result, row, 1)).isEqualTo(traces.get(row).layersRun());
            }
        }
        assertThat(backend.openRuns).hasValue(0);
        assertThat(policy.closed).hasValue(1);
        assertThat(bench.counter("fallbacks")).isZero();
    }

    @Test
    void confidencesAreToldFromHalfPrecisionScoresToo() throws Exception {
        bench.model(TestModels.builder("toy", "2.0.0")
                .signature(new ModelSignature(
                        List.of(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 4L))),
                        List.of(new TensorSpec("y", ElementType.FLOAT16, List.of(TensorSpec.ANY, 3L))),
                        Optional.empty()))
                .build());
        Bench.await(() -> backend.opened.get() == 2);
        backend.behaviour = (path, inputs, control) -> {
            HostTensor scores = HostTensor.allocate(ElementType.FLOAT16, Shape.of(2, 3));
            // 2, 0, 0 and 4, 1, 0
            scores.writableBuffer().asShortBuffer().put(new short[] {0x4000, 0, 0, 0x4400, 0x3c00, 0});
            return new HashMap<>(Map.of("y", scores));
        };
        List<Float> seen = new ArrayList<>();
        bench.policy(
                "closed-loop",
                5,
                FakePolicy.asking(
                        checkpoint -> {
                            seen.add(checkpoint.confidence(0));
                            seen.add(checkpoint.confidence(1));
                            return Collections.nCopies(
                                    2, Decision.stop(checkpoint.exit().orElseThrow()));
                        },
                        0));
        try (InferenceResult result = bench.infer(Bench.request(2))) {
            assertThat(result.outputs().get("y").elementType()).isEqualTo(ElementType.FLOAT16);
        }
        assertThat(seen.get(0)).isCloseTo((float) (Math.exp(2) / (Math.exp(2) + 2)), within(1e-6f));
        assertThat(seen.get(1)).isCloseTo((float) (Math.exp(4) / (Math.exp(4) + Math.E + 1)), within(1e-6f));
        assertThat(bench.counter("fallbacks")).isZero();
    }

    @Test
    void skipsTheFewestLayersThatRowsAgreeOn() throws Exception {
        bench.policy(
                "skipping",
                5,
                FakePolicy.asking(
                        checkpoint ->
                                List.of(Decision.skip(1), Decision.skip(2)).subList(0, checkpoint.rows()),
                        0));
        try (InferenceResult result = bench.infer(Bench.request(2))) {
            for (Trace trace : result.traces()) {
                assertThat(trace.path().layers())
                        .containsExactly(TestModels.layer(0), TestModels.layer(2), TestModels.layer(3));
                assertThat(trace.flops()).isEqualTo(10 + 300 + 1 + 2);
            }
        }
    }

    static Stream<Arguments> wrongDecisions() {
        Decision full = Decision.run(TestModels.path(4));
        return Stream.of(
                Arguments.of("no answer", (FakePolicy.First) context -> null),
                Arguments.of("too few", (FakePolicy.First) context -> List.of()),
                Arguments.of("too many", (FakePolicy.First) context -> List.of(full, full)),
                Arguments.of("a null", (FakePolicy.First) context -> Collections.nCopies(1, null)),
                Arguments.of("another kind", (FakePolicy.First) context -> List.of(Decision.goOn())),
                Arguments.of("unknown layer", (FakePolicy.First) context -> List.of(Decision.run(
                        new org.tminus.model.Path(List.of(new org.tminus.model.LayerId("no")), ExitId.FINAL)))),
                Arguments.of("outside the menu", (FakePolicy.First) context ->
                        List.of(Decision.run(new org.tminus.model.Path(List.of(TestModels.layer(2)), ExitId.FINAL)))),
                Arguments.of("exception", (FakePolicy.First) context -> {
                    throw new IllegalArgumentException("broken");
                }),
                Arguments.of("refusal", (FakePolicy.First) context -> {
                    throw new InvalidRequestException("not for this model", "");
                }),
                Arguments.of("missing class", (FakePolicy.First) context -> {
                    throw new NoClassDefFoundError("gone");
                }),
                Arguments.of("recursion", (FakePolicy.First) context -> {
                    throw new StackOverflowError();
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongDecisions")
    void wrongPolicyGivesWayToTheStaticPath(String what, FakePolicy.First first) throws Exception {
        FakePolicy policy = new FakePolicy(first);
        bench.policy("wrong", 5, policy);
        Trace trace = bench.trace(Bench.request());
        assertThat(trace.policy()).isEqualTo("static");
        assertThat(trace.path()).isEqualTo(TestModels.path(4));
        assertThat(trace.fallbacks()).singleElement().asString().contains("Policy 'wrong'");
        assertThat(bench.trace(Bench.request().budget(Budget.ofFlopsRatio(0.6))).path())
                .isEqualTo(TestModels.path(2));
        assertThat(bench.counter("fallbacks")).isEqualTo(2);
        assertThat(bench.counter("fallbacks.policy")).isEqualTo(2);
        assertThat(bench.counter("failed")).isZero();
        assertThat(policy.closed.get()).isEqualTo(policy.begun.get());
    }

    @Test
    void wrongAtACheckpointFollowsThePath() throws Exception {
        for (FakePolicy.Next next : List.<FakePolicy.Next>of(
                checkpoint -> null,
                checkpoint -> List.of(Decision.stop(new ExitId("nowhere"))),
                checkpoint -> List.of(Decision.skip(9)),
                checkpoint -> List.of(Decision.run(TestModels.path(1))),
                checkpoint -> {
                    throw new IllegalStateException("broken");
                })) {
            FakePolicy policy = FakePolicy.asking(next, 0, 1);
            bench.policy("wrong", 5, policy);
            Trace trace = bench.trace(Bench.request());
            assertThat(trace.path()).isEqualTo(TestModels.path(4));
            assertThat(trace.policy()).isEqualTo("wrong");
            assertThat(trace.fallbacks()).hasSize(1);
            bench.coordinator.board().unbindPolicy(policy);
        }
        assertThat(backend.openRuns).hasValue(0);
    }

    @Test
    void whatKeepsFailingIsQuarantinedAndProbedAgain() throws Exception {
        FakePolicy policy = new FakePolicy(context -> {
            throw new IllegalArgumentException("broken");
        });
        bench.policy("flaky", 5, policy);
        for (int request = 0; request < 20; request++) {
            bench.infer(Bench.request()).close();
        }
        assertThat(policy.begun).hasValueLessThan(20);
        assertThat(bench.coordinator.status().services())
                .anySatisfy(service -> assertThat(service.state()).isEqualTo("quarantined"));
        assertThat(bench.coordinator.status().warnings()).anyMatch(warning -> warning.contains("quarantine"));
        policy.first = context -> List.of(Decision.run(TestModels.path(1)));
        Bench.await(() -> {
            try {
                return bench.trace(Bench.request()).policy().equals("flaky");
            } catch (TminusException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(bench.coordinator.status().services())
                .noneSatisfy(service -> assertThat(service.state()).isEqualTo("quarantined"));
    }

    @Test
    void aPolicyThatRefusesItsParametersStaysInForceForOtherModels() throws Exception {
        FakePolicy policy = new FakePolicy(context -> {
            throw new InvalidRequestException("threshold is 7, but must be a number from 0 to 1.", "Correct it.");
        });
        bench.policy("strict", 5, policy);
        for (int request = 0; request < 20; request++) {
            Trace trace = bench.trace(Bench.request());
            assertThat(trace.policy()).isEqualTo("static");
            assertThat(trace.fallbacks()).singleElement().asString().contains("threshold is 7");
        }
        assertThat(bench.coordinator.status().services())
                .noneSatisfy(service -> assertThat(service.state()).isEqualTo("quarantined"));
    }

    /** A predictor made of one function. */
    private record FakePredictor(AtomicInteger calls, List<Complexity> answer) implements ComplexityPredictor {
        @Override
        public boolean supports(AdaptiveModel model) {
            return true;
        }

        @Override
        public long flopsPerRow(AdaptiveModel model) {
            return 30;
        }

        @Override
        public List<Complexity> predict(PredictionContext context) throws TminusException {
            calls.incrementAndGet();
            if (answer.isEmpty()) {
                throw new TminusException("cannot judge", "");
            }
            return answer;
        }
    }

    @Test
    void predictorRunsOnlyWhenAsked() throws Exception {
        FakePredictor predictor =
                new FakePredictor(new AtomicInteger(), List.of(Complexity.ofProbabilities(0.2f, 0.3f, 0.5f)));
        bench.predictor("trees", 0, predictor);
        assertThat(bench.trace(Bench.request()).flops()).isEqualTo(TestModels.flops(4) + 2);
        assertThat(predictor.calls()).hasValue(0);
        bench.policy("asking", 5, new FakePolicy(context -> {
            assertThat(context.complexities()).isEqualTo(context.complexities()).isPresent();
            return List.of(Decision.run(TestModels.path(1)));
        }));
        Trace trace = bench.trace(Bench.request());
        assertThat(predictor.calls()).hasValue(1);
        assertThat(trace.flops()).isEqualTo(TestModels.flops(1) + 2 + 30);
        assertThat(trace.complexity()).contains(Complexity.ofProbabilities(0.2f, 0.3f, 0.5f));
        assertThat(trace.nanos(Step.PREDICT)).isPositive();
    }

    @Test
    void wrongPredictorsAreBlamedInsteadOfThePolicy() throws Exception {
        bench.policy("asking", 5, new FakePolicy(context -> {
            context.complexities();
            return List.of(Decision.run(TestModels.path(1)));
        }));
        int expected = 0;
        for (List<Complexity> answer : List.<List<Complexity>>of(
                List.of(),
                List.of(Complexity.ofProbabilities(1), Complexity.ofProbabilities(1)),
                List.of(Complexity.ofProbabilities(0.5f, 0.5f)))) {
            FakePredictor predictor = new FakePredictor(new AtomicInteger(), answer);
            bench.predictor("wrong", 5, predictor);
            Trace trace = bench.trace(Bench.request());
            assertThat(trace.policy()).isEqualTo("static");
            assertThat(trace.fallbacks().get(0)).contains("Predictor 'wrong' failed");
            assertThat(bench.counter("fallbacks.predictor")).isEqualTo(++expected);
            bench.coordinator.board().unbindPredictor(predictor);
        }
        assertThat(bench.counter("fallbacks")).isEqualTo(expected);
        assertThatThrownBy(() -> Complexity.ofProbabilities(Float.NaN, 0.5f))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nanOfAShortPathIsRetriedAtFullDepthForTheRowsConcerned() throws Exception {
        bench.policy("short", 5, FakePolicy.depth(2));
        backend.behaviour = (path, inputs, control) -> {
            var outputs = FakeBackend.answer(path, inputs, control);
            if (path.depth() < 4) {
                ((HostTensor) outputs.get("y")).writableBuffer().asFloatBuffer().put(3, Float.NaN);
            }
            return outputs;
        };
        try (InferenceResult result = bench.infer(Bench.request(3))) {
            assertThat(result.traces().stream().map(Trace::layersRun)).containsExactly(2, 4, 2);
            assertThat(Bench.y(result, 1, 0)).isEqualTo(2);
            assertThat(Bench.y(result, 1, 1)).isEqualTo(4);
            assertThat(Bench.y(result, 2, 0)).isEqualTo(3);
            Trace retried = result.traces().get(1);
            assertThat(retried.flops()).isEqualTo(TestModels.flops(2) + TestModels.flops(4) + 2);
            assertThat(retried.fallbacks()).singleElement().asString().contains("NaN");
            assertThat(result.traces().get(0).fallbacks()).isEmpty();
        }
        assertThat(bench.counter("retries")).isEqualTo(1);
    }

    @Test
    void nanAtACheckpointsExitIsRetriedToo() throws Exception {
        bench.policy(
                "stopping",
                5,
                FakePolicy.asking(
                        checkpoint -> Collections.nCopies(checkpoint.rows(), Decision.stop(TestModels.exit(0))), 0));
        backend.behaviour = (path, inputs, control) ->
                FakeBackend.output(inputs, path.depth() < 4 ? Float.POSITIVE_INFINITY : 4, control);
        assertThat(bench.trace(Bench.request()).path()).isEqualTo(TestModels.path(4));
        assertThat(bench.counter("retries")).isEqualTo(1);
    }

    @Test
    void nanAtFullDepthIsAFailure() {
        backend.behaviour = (path, inputs, control) -> FakeBackend.output(inputs, Float.NaN, control);
        bench.policy("short", 5, FakePolicy.depth(1));
        assertThatThrownBy(() -> bench.infer(Bench.request()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("at full depth");
        assertThat(bench.counter("failed")).isEqualTo(1);
    }

    @Test
    void missingPolicies() throws Exception {
        assertThat(bench.trace(Bench.request().policy("nobody")).fallbacks().get(0))
                .contains("'nobody' is not there");
        bench.configuration.update(Map.of("policy", "nobody", "budgetFlopsRatio", "0.8"));
        Trace trace = bench.trace(Bench.request());
        assertThat(trace.policy()).isEqualTo("static");
        assertThat(trace.path()).isEqualTo(TestModels.path(3));
        assertThat(bench.coordinator.status().policyInForce("toy")).isEqualTo("static");
        assertThat(bench.counter("failed")).isZero();
    }
}
