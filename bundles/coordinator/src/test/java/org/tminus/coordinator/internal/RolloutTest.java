/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.VersionRange;
import org.tminus.coordinator.internal.pipeline.DrainOutcome;
import org.tminus.coordinator.internal.rollout.Rollout;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.JournalEntry;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.policy.Decision;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;
import org.tminus.tensor.ElementType;

/** A share of the requests goes to a candidate, or is repeated with it, and what that shows has consequences. */
class RolloutTest {
    private final FakeBackend backend = new FakeBackend();
    private final FakePolicy candidate = FakePolicy.depth(2);
    private final Bench bench =
            Bench.ready(backend, Map.of("policy", "full", "shadowQueueCapacity", "100000", "agreementCosine", "0.97"));

    @AfterEach
    void close() {
        bench.close();
    }

    private List<Trace> send(int requests) throws Exception {
        List<Trace> traces = new ArrayList<>();
        for (int request = 0; request < requests; request++) {
            traces.add(bench.trace(Bench.request()));
        }
        return traces;
    }

    private static long by(List<Trace> traces, String arm) {
        return traces.stream()
                .filter(trace -> trace.arm().equals(Optional.of(arm)))
                .count();
    }

    private static FakePolicy failing() {
        return new FakePolicy(context -> {
            throw new IllegalStateException("for a test");
        });
    }

    @Test
    void aCanaryAnswersItsShareAsIfItWereConfigured() throws Exception {
        bench.policy("new", -1, candidate)
                .trial("kind", "policy", "candidate", "new", "mode", "canary", "share", "0.3");
        List<Trace> traces = send(400);
        assertThat(traces).allSatisfy(trace -> {
            boolean drawn = trace.arm().equals(Optional.of("candidate"));
            assertThat(trace.rollout()).contains("trial");
            assertThat(trace.policy()).isEqualTo(drawn ? "new" : "full");
            assertThat(trace.path()).isEqualTo(TestModels.path(drawn ? 2 : 4));
            assertThat(trace.fallbacks()).isEmpty();
        });
        assertThat(by(traces, "candidate")).isBetween(80L, 160L);
        assertThat(bench.trial().candidateArm().requests()).isEqualTo(by(traces, "candidate"));
        assertThat(bench.trial().control().requests()).isEqualTo(by(traces, "control"));
        assertThat(bench.trial().control().errors()).isZero();
        assertThat(bench.trial().candidateArm().p95Nanos()).isPositive();
        assertThat(backend.runs.get()).isEqualTo(400);
        // A request that names a policy is left alone.
        Trace named = bench.trace(Bench.request().policy("full"));
        assertThat(named.rollout()).isEmpty();
        assertThat(bench.trial().control().requests()
                        + bench.trial().candidateArm().requests())
                .isEqualTo(400);
    }

    @Test
    void aShadowIsNeverSeenByTheClient() throws Exception {
        bench.policy("new", -1, candidate).trial("kind", "policy", "candidate", "new", "share", "0.5");
        List<Trace> traces = send(200);
        assertThat(traces).allMatch(trace -> trace.policy().equals("full"));
        assertThat(by(traces, "control")).isEqualTo(200);
        Rollout rollout = bench.coordinator.rollouts().atWork("toy", bench.configuration.current());
        long drawn = LongStream.rangeClosed(1, 200).filter(rollout::isDrawn).count();
        assertThat(drawn).isBetween(60L, 140L);
        Bench.await(() -> bench.trial().compared() == drawn);
        assertThat(bench.trial().candidateArm().requests()).isEqualTo(drawn);
        assertThat(bench.trial().dropped()).isZero();
        // y = [1, layers, 0]: the cosine of 2 and 4 layers is 0.976.
        assertThat(bench.trial().disagreed()).isZero();
        assertThat(candidate.begun.get()).isEqualTo(candidate.closed.get());
        assertThat(bench.counter("requests")).isEqualTo(200);
        assertThat(bench.counter("rows")).isEqualTo(200);
        assertThat(bench.counter("fallbacks")).isZero();
    }

    @Test
    void answersThatDifferRollTheShadowBack() throws Exception {
        backend.behaviour = (path, inputs, control) -> FakeBackend.output(inputs, path.depth() == 2 ? -5 : 5, control);
        bench.policy("new", -1, candidate)
                .trial("kind", "policy", "candidate", "new", "share", "1", "minAgreement", "0.9");
        send(200);
        JournalEntry entry = bench.awaitEntry(JournalEntry.ROLLOUT_ROLLED_BACK, "trial");
        assertThat(entry.text()).contains("answers differed");
        assertThat(bench.trial().phase()).isEqualTo("rolled back");
        assertThat(bench.coordinator.status().warnings()).anyMatch(warning -> warning.contains("was rolled back"));
        Bench.await(() -> backend.runsInProgress.get() == 0);
        int begun = candidate.begun.get();
        assertThat(send(50)).allMatch(trace -> trace.rollout().isEmpty());
        assertThat(candidate.begun).hasValue(begun);
    }

    @Test
    void aCanaryIsComparedWhereAgreementIsWatched() throws Exception {
        backend.behaviour = (path, inputs, control) -> FakeBackend.output(inputs, path.depth() == 2 ? -5 : 5, control);
        bench.policy("new", -1, candidate)
                .trial("kind", "policy", "candidate", "new", "mode", "canary", "share", "1", "minAgreement", "0.9");
        for (int request = 0; request < 400 && bench.trial().phase().equals("running"); request++) {
            long compared = bench.trial().compared();
            send(1);
            Bench.await(() -> bench.trial().compared() > compared
                    || !bench.trial().phase().equals("running"));
        }
        assertThat(bench.trial().phase()).isEqualTo("rolled back");
        assertThat(bench.trial().control().requests()).isZero();
    }

    @Test
    void aCandidateInQuarantineLeavesItsShareToWhatIsInForce() throws Exception {
        bench.policy("new", -1, failing())
                .trial("kind", "policy", "candidate", "new", "mode", "canary", "share", "0.5");
        List<Trace> traces = send(300);
        assertThat(traces).hasSize(300);
        // Its failures in a row put it into quarantine soon; until it is probed its share is served by what is in
        // force.
        assertThat(bench.trial().candidateArm().errors()).isEqualTo(5);
        assertThat(bench.trial().unavailable()).isPositive();
        assertThat(bench.trial().control().errors()).isZero();
        assertThat(traces.stream().filter(trace -> trace.policy().equals("static")))
                .hasSize(5);
        bench.awaitEntry(JournalEntry.QUARANTINED, "new");
        bench.awaitEntry(JournalEntry.FELL_BACK, "new");
    }

    @Test
    void errorsOfACandidateThatSometimesWorksRollItBack() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        FakePolicy flaky = new FakePolicy(context -> {
            if (calls.incrementAndGet() % 3 == 0) {
                throw new IllegalStateException("for a test");
            }
            return List.of(Decision.run(TestModels.path(2)));
        });
        bench.policy("new", -1, flaky)
                .trial("kind", "policy", "candidate", "new", "mode", "canary", "share", "1", "maxErrorRate", "0.05");
        send(200);
        assertThat(bench.awaitEntry(JournalEntry.ROLLOUT_ROLLED_BACK, "trial").text())
                .contains("failed or needed a fall-back");
        assertThat(calls.get()).isLessThan(200);
        assertThat(bench.trace(Bench.request()).policy()).isEqualTo("full");
    }

    @Test
    void anAbsentCandidateLeavesItsShareToWhatIsInForce() throws Exception {
        bench.trial("kind", "policy", "candidate", "absent", "mode", "canary", "share", "1");
        assertThat(send(20))
                .allMatch(trace ->
                        trace.policy().equals("full") && trace.rollout().isEmpty());
        assertThat(bench.trial().unavailable()).isEqualTo(20);
        assertThat(bench.trial().reason()).contains("not there");
        assertThat(bench.counter("fallbacks")).isZero();
    }

    @Test
    void aBackendIsTried() throws Exception {
        FakeBackend other = new FakeBackend();
        bench.backend("gpu", -1, other)
                .trial("kind", "backend", "candidate", "gpu", "mode", "canary", "share", "0.5", "model", "toy");
        Bench.await(() -> other.opened.get() == 1);
        Bench.await(() -> {
            try {
                return bench.trace(Bench.request()).backend().equals("gpu");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
        List<Trace> traces = send(100);
        assertThat(traces).allSatisfy(trace -> assertThat(trace.backend())
                .isEqualTo(trace.arm().equals(Optional.of("candidate")) ? "gpu" : "cpu"));
        assertThat(by(traces, "candidate")).isBetween(25L, 75L);
        // One that fails is an error of the candidate, and the one in force answers.
        other.behaviour = (path, inputs, control) -> {
            throw new IllegalStateException("for a test");
        };
        long errors = bench.trial().candidateArm().errors();
        assertThat(send(50)).allMatch(trace -> trace.backend().equals("cpu"));
        assertThat(bench.trial().candidateArm().errors()).isGreaterThan(errors);
        assertThat(bench.removeBackend(other)).isEqualTo(DrainOutcome.DRAINED);
        assertThat(other.closed.get()).isEqualTo(other.opened.get());
        send(20);
    }

    private static ComplexityPredictor predictor(AtomicInteger asked) {
        return new ComplexityPredictor() {
            @Override
            public boolean supports(AdaptiveModel model) {
                return true;
            }

            @Override
            public long flopsPerRow(AdaptiveModel model) {
                return 1;
            }

            @Override
            public List<Complexity> predict(PredictionContext context) {
                asked.incrementAndGet();
                return Collections.nCopies(context.rows(), Complexity.ofProbabilities(1, 0, 0));
            }
        };
    }

    @Test
    void aPredictorIsTried() throws Exception {
        AtomicInteger old = new AtomicInteger();
        AtomicInteger fresh = new AtomicInteger();
        FakePolicy asking = new FakePolicy(context -> {
            assertThat(context.complexities()).isPresent();
            return List.of(Decision.run(TestModels.path(3)));
        });
        bench.policy("asking", 5, asking)
                .predictor("old", 5, predictor(old))
                .predictor("new", 1, predictor(fresh))
                .trial("kind", "predictor", "candidate", "new", "mode", "canary", "share", "0.5");
        bench.configuration.update(Map.of("policy", "asking"));
        List<Trace> traces = send(100);
        assertThat(traces).allMatch(trace -> trace.policy().equals("asking"));
        assertThat(fresh.get()).isEqualTo((int) by(traces, "candidate")).isBetween(25, 75);
        assertThat(old.get()).isEqualTo(100 - fresh.get());
    }

    @Test
    void aVersionOfAModelIsHeldBackTriedAndPromoted() throws Exception {
        bench.trial("kind", "model", "candidate", "2.0.0", "model", "toy", "mode", "canary", "share", "0.5");
        bench.model(TestModels.model("toy", "2.0.0"));
        Bench.await(() -> backend.opened.get() == 2);
        Bench.await(() -> bench.trial().candidateArm().requests() > 0 || sendOne());
        List<Trace> traces = send(100);
        assertThat(traces).allSatisfy(trace -> assertThat(trace.modelVersion().getMajor())
                .isEqualTo(trace.arm().equals(Optional.of("candidate")) ? 2 : 1));
        assertThat(by(traces, "candidate")).isBetween(25L, 75L);
        Trace explicit = bench.trace(Bench.request().versions(new VersionRange("[2,3)")));
        assertThat(explicit.modelVersion().getMajor()).isEqualTo(2);
        assertThat(explicit.rollout()).isEmpty();
        assertThat(bench.trace(Bench.request().policy("full")).modelVersion().getMajor())
                .isEqualTo(1);
        bench.coordinator
                .rollouts()
                .promoteBy(settings -> bench.configuration.updateModel(
                        "org.tminus.model~toy", Map.of("version", settings.candidate())));
        bench.coordinator.rollouts().promote("trial");
        assertThat(send(20)).allMatch(trace -> trace.modelVersion().getMajor() == 2);
        bench.configuration.updateModel("org.tminus.model~toy", Map.of("version", "1.0.0"));
        assertThat(send(5)).allMatch(trace -> trace.modelVersion().getMajor() == 1);
        bench.configuration.updateModel("org.tminus.model~toy", Map.of("version", "7.0.0"));
        assertThat(send(5)).allMatch(trace -> trace.modelVersion().getMajor() == 2);
        assertThat(bench.coordinator.status().warnings()).anyMatch(warning -> warning.contains("7.0.0"));
    }

    private boolean sendOne() {
        try {
            send(1);
            return false;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aVersionThatTakesOtherInputsIsAnErrorOfItsOwn() throws Exception {
        bench.trial("kind", "model", "candidate", "2.0.0", "model", "toy", "share", "1");
        bench.model(TestModels.builder("toy", "2.0.0")
                .signature(new ModelSignature(
                        List.of(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 5L))),
                        List.of(new TensorSpec("y", ElementType.FLOAT32, List.of(TensorSpec.ANY, 3L))),
                        Optional.empty()))
                .build());
        Bench.await(() -> bench.trial().candidateArm().errors() > 0 || sendOne());
        assertThat(send(5)).allMatch(trace -> trace.modelVersion().getMajor() == 1);
        assertThat(bench.counter("rejected")).isZero();
        assertThat(bench.trial().candidateArm().p95Nanos()).isNaN();
    }

    @Test
    void aVersionOfAModelIsComparedInShadows() throws Exception {
        bench.trial("kind", "model", "candidate", "2.0.0", "model", "toy", "share", "1", "promoteAfter", "200");
        bench.model(TestModels.model("toy", "2.0.0"));
        bench.coordinator
                .rollouts()
                .promoteBy(settings -> bench.configuration.updateModel(
                        "org.tminus.model~toy", Map.of("version", settings.candidate())));
        Bench.await(() -> bench.trial().compared() > 0 || sendOne());
        send(200);
        Bench.await(() -> bench.trial().phase().equals("promoted"));
        bench.awaitEntry(JournalEntry.ROLLOUT_PROMOTED, "trial");
        assertThat(bench.trial().disagreed()).isZero();
        assertThat(bench.trace(Bench.request()).modelVersion().getMajor()).isEqualTo(2);
    }

    @Test
    void aVersionThatConfigurationNamesIsInForceWhateverBecomesOfItsRollout() throws Exception {
        bench.trial("kind", "model", "candidate", "2.0.0", "model", "toy", "share", "0.5");
        bench.model(TestModels.model("toy", "2.0.0"));
        Bench.await(() -> backend.opened.get() == 2);
        bench.coordinator
                .rollouts()
                .promoteBy(settings -> bench.configuration.updateModel(
                        "org.tminus.model~toy", Map.of("version", settings.candidate())));
        bench.coordinator.rollouts().promote("trial");
        bench.trial("kind", "model", "candidate", "2.0.0", "model", "toy", "share", "0");
        assertThat(bench.trial().phase()).isEqualTo("running");
        assertThat(bench.trace(Bench.request()).modelVersion().getMajor()).isEqualTo(2);
        bench.coordinator.rollouts().rollBack("trial");
        assertThat(bench.trace(Bench.request()).modelVersion().getMajor()).isEqualTo(2);
        bench.configuration.removeModel("org.tminus.model~toy");
        assertThat(bench.trace(Bench.request()).modelVersion().getMajor()).isEqualTo(1);
    }

    @Test
    void aVersionThatWasRolledBackStaysHeldBack() throws Exception {
        bench.trial("kind", "model", "candidate", "2.0.0", "model", "toy", "mode", "canary", "share", "1");
        bench.coordinator.rollouts().rollBack("trial");
        AdaptiveModel second = TestModels.model("toy", "2.0.0");
        bench.model(second);
        Bench.await(() -> backend.opened.get() == 2);
        assertThat(send(20)).allMatch(trace -> trace.modelVersion().getMajor() == 1);
        assertThat(bench.coordinator.board().unbindModel(second)).isEqualTo(DrainOutcome.DRAINED);
        Bench.await(() -> backend.closed.get() == 1);
    }

    @Test
    void aCandidateThatLeavesInTheMiddleIsDrainedAndNobodyFails() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        FakePolicy slow = new FakePolicy(context -> {
            entered.countDown();
            QueueTest.awaitIgnoringInterrupts(gate);
            return List.of(Decision.run(TestModels.path(2)));
        });
        bench.configuration.update(Map.of("policy", "full", "drainTimeoutMillis", "20000"));
        bench.policy("new", -1, slow).trial("kind", "policy", "candidate", "new", "mode", "canary", "share", "1");
        CompletableFuture<InferenceResult> running =
                bench.coordinator.service().submit(Bench.request().build());
        entered.await();
        CompletableFuture<DrainOutcome> removal =
                CompletableFuture.supplyAsync(() -> bench.coordinator.board().unbindPolicy(slow));
        Bench.await(() -> bench.coordinator.board().current().policies().size() == 1);
        assertThat(bench.trace(Bench.request()).policy()).isEqualTo("full");
        gate.countDown();
        assertThat(removal.get()).isEqualTo(DrainOutcome.DRAINED);
        running.get().close();
        assertThat(slow.closed.get()).isEqualTo(slow.begun.get());
        assertThat(bench.counter("failed")).isZero();
    }

    @Test
    void aCandidateThatHangsCostsOneErrorAndWhatIsInForceAnswers() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        FakePolicy hanging = new FakePolicy(context -> {
            QueueTest.awaitIgnoringInterrupts(gate);
            return List.of(Decision.run(TestModels.path(2)));
        });
        bench.configuration.update(Map.of("policy", "full", "pluginTimeoutMillis", "50"));
        try {
            bench.policy("new", -1, hanging)
                    .trial("kind", "policy", "candidate", "new", "mode", "canary", "share", "1");
            Trace trace = bench.trace(Bench.request());
            assertThat(trace.policy()).isEqualTo("full");
            assertThat(trace.arm()).isEmpty();
            assertThat(bench.trial().candidateArm().errors()).isEqualTo(1);
            bench.awaitEntry(JournalEntry.CALL_ABANDONED, "new");
        } finally {
            gate.countDown();
        }
        bench.awaitEntry(JournalEntry.CALL_RETURNED_LATE, "new");
    }

    @Test
    void shadowsOfACandidateThatHangsAreGivenUp() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        FakePolicy hanging = new FakePolicy(context -> {
            QueueTest.awaitIgnoringInterrupts(gate);
            return List.of(Decision.run(TestModels.path(2)));
        });
        bench.configuration.update(Map.of("policy", "full", "pluginTimeoutMillis", "50", "workers", "2"));
        try {
            bench.policy("new", -1, hanging).trial("kind", "policy", "candidate", "new", "share", "1");
            send(3);
            Bench.await(() -> bench.trial().candidateArm().errors() == 1);
            send(3);
        } finally {
            gate.countDown();
        }
    }

    @Test
    void closingInTheMiddleLeavesNothingOpen() throws Exception {
        FakeBackend own = new FakeBackend();
        Bench brief = Bench.ready(own, Map.of("policy", "full"));
        brief.policy("new", -1, candidate).trial("kind", "policy", "candidate", "new", "share", "1");
        List<CompletableFuture<InferenceResult>> sent = new ArrayList<>();
        for (int request = 0; request < 50; request++) {
            sent.add(brief.coordinator.service().submit(Bench.request().build()));
        }
        brief.close();
        for (CompletableFuture<InferenceResult> each : sent) {
            each.handle((result, failure) -> {
                        if (result != null) {
                            result.close();
                        }
                        return null;
                    })
                    .get();
        }
        assertThat(candidate.begun.get()).isEqualTo(candidate.closed.get());
        assertThat(own.closed.get()).isEqualTo(own.opened.get());
        assertThat(own.openRuns).hasValue(0);
    }

    @Test
    void swapsUnderLoadWithACanaryFailNoRequest() throws Exception {
        bench.configuration.update(
                Map.of("policy", "full", "drainTimeoutMillis", "20000", "shadowQueueCapacity", "10"));
        bench.trial("kind", "policy", "candidate", "new", "mode", "canary", "share", "0.5", "minAgreement", "0");
        List<CompletableFuture<InferenceResult>> sent = new ArrayList<>();
        for (int round = 0; round < 30; round++) {
            FakePolicy coming = FakePolicy.depth(1 + round % 3);
            bench.policy("new", -1, coming);
            for (int request = 0; request < 10; request++) {
                sent.add(bench.coordinator.service().submit(Bench.request().build()));
            }
            assertThat(bench.coordinator.board().unbindPolicy(coming)).isEqualTo(DrainOutcome.DRAINED);
            assertThat(coming.begun.get()).isEqualTo(coming.closed.get());
        }
        for (CompletableFuture<InferenceResult> each : sent) {
            try (InferenceResult result = each.get()) {
                assertThat(result.traces().get(0).fallbacks()).isEmpty();
            }
        }
        assertThat(bench.counter("failed")).isZero();
    }
}
