/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tminus.failure.TminusException;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.JournalEntry;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyContext;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;

/** A plugin that fails one request is one fall-back, however often the request is tried and whatever comes back late. */
class FallbackCountTest {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final FakeBackend backend = new FakeBackend();
    private final Bench bench = Bench.ready(backend, Map.of("drainTimeoutMillis", "100", "pluginTimeoutMillis", "50"));

    @AfterEach
    void close() {
        gate.countDown();
        bench.close();
    }

    /** Puts a plugin named {@code hanging} up. */
    interface Hanging {
        void install(FallbackCountTest test);
    }

    static Stream<Arguments> hanging() {
        return Stream.of(
                Arguments.of("policy", (Hanging) test -> test.bench.policy("hanging", 9, new FakePolicy(context -> {
                    throw test.comeBackLate();
                }))),
                Arguments.of("policy", (Hanging) test -> test.bench.policy(
                        "hanging",
                        9,
                        FakePolicy.asking(
                                checkpoint -> {
                                    throw test.comeBackLate();
                                },
                                0))),
                Arguments.of("predictor", (Hanging) test -> {
                    test.bench.predictor("hanging", 9, test.new HangingPredictor());
                    test.bench.policy("asking", 9, new FakePolicy(FallbackCountTest::shallowUnlessTold));
                }),
                Arguments.of("backend", (Hanging) test -> {
                    FakeBackend hanging = new FakeBackend();
                    hanging.behaviour = (path, inputs, control) -> {
                        throw test.comeBackLate();
                    };
                    test.bench.backend("hanging", 9, hanging);
                    Bench.await(() -> hanging.opened.get() == 1);
                    test.bench.awaitReady();
                }));
    }

    /** Nobody can end this call, and when it ends, it fails as well. */
    private IllegalStateException comeBackLate() {
        QueueTest.awaitIgnoringInterrupts(gate);
        return new IllegalStateException("too late");
    }

    private final class HangingPredictor implements ComplexityPredictor {
        @Override
        public boolean supports(AdaptiveModel model) {
            return true;
        }

        @Override
        public long flopsPerRow(AdaptiveModel model) {
            return 0;
        }

        @Override
        public List<Complexity> predict(PredictionContext context) {
            throw comeBackLate();
        }
    }

    private static List<Decision> shallowUnlessTold(PolicyContext context) {
        try {
            context.complexities();
        } catch (TminusException e) {
            return Collections.nCopies(context.rows(), Decision.run(TestModels.path(1)));
        }
        return Collections.nCopies(context.rows(), Decision.run(TestModels.path(2)));
    }

    @ParameterizedTest(name = "{0} {index}")
    @MethodSource("hanging")
    void aCallThatHangsIsOneFallback(String kind, Hanging hanging) throws Exception {
        hanging.install(this);
        assertThat(bench.trace(Bench.request()).fallbacks())
                .singleElement()
                .asString()
                .contains("An attempt was given up");
        assertCounted(kind);
        gate.countDown();
        bench.awaitEntry(JournalEntry.CALL_RETURNED_LATE, "hanging");
        assertCounted(kind);
        assertThat(bench.awaitEntry(JournalEntry.FELL_BACK, "hanging").details())
                .containsEntry("pluginKind", kind)
                .containsEntry("times", "1");
    }

    private void assertCounted(String kind) {
        assertThat(bench.counter("fallbacks")).isEqualTo(1);
        assertThat(bench.counter("fallbacks." + kind)).isEqualTo(1);
    }

    @Test
    void aPolicyThatHangsAndGoesIsOneFallback() throws Exception {
        bench.configuration.update(Map.of("drainTimeoutMillis", "50", "pluginTimeoutMillis", "20000"));
        CountDownLatch entered = new CountDownLatch(1);
        FakePolicy hanging = new FakePolicy(context -> {
            entered.countDown();
            throw comeBackLate();
        });
        bench.policy("hanging", 9, hanging);
        CompletableFuture<InferenceResult> running = bench.coordinator
                .service()
                .submit(Bench.request().policy("hanging").build());
        entered.await();
        bench.coordinator.board().unbindPolicy(hanging);
        running.get().close();
        assertCounted("policy");
    }
}
