/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.tminus.coordinator.internal.certificate.WithdrawalStore;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;
import org.tminus.coordinator.internal.configuration.ConfigurationStore;
import org.tminus.coordinator.internal.journal.JournalBook;
import org.tminus.coordinator.internal.pipeline.DrainOutcome;
import org.tminus.coordinator.internal.rollout.RolloutStore;
import org.tminus.failure.TminusException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.JournalEntry;
import org.tminus.inference.RolloutState;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Policy;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** A whole coordinator without OSGi, with what tests do to it. */
final class Bench implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(30);

    final JournalBook journal = new JournalBook(null);
    final ConfigurationHolder configuration = new ConfigurationHolder(new ConfigurationStore(null), journal);
    final Coordinator coordinator;

    Bench() {
        this(Map.of());
    }

    Bench(Map<String, Object> properties) {
        this(properties, System::nanoTime);
    }

    Bench(Map<String, Object> properties, LongSupplier clock) {
        this(properties, new WithdrawalStore(null), clock);
    }

    Bench(Map<String, Object> properties, WithdrawalStore withdrawals, LongSupplier clock) {
        Map<String, Object> all = new HashMap<>(Map.of("drainTimeoutMillis", "2000", "pluginTimeoutMillis", "20000"));
        all.putAll(properties);
        configuration.start(all);
        assertThat(configuration.problems()).isEmpty();
        coordinator = new Coordinator(configuration, withdrawals, new RolloutStore(null), journal, clock);
        coordinator.start();
    }

    /** A coordinator with the toy model, a backend and the policy full. */
    static Bench ready(FakeBackend backend) {
        return ready(backend, Map.of());
    }

    static Bench ready(FakeBackend backend, Map<String, Object> properties) {
        Bench bench = new Bench(properties);
        bench.backend("cpu", 0, backend);
        bench.policy("full", 0, FakePolicy.full());
        bench.model(TestModels.model());
        bench.awaitReady();
        return bench;
    }

    Bench backend(String name, int ranking, FakeBackend backend) {
        coordinator
                .board()
                .bindBackend(backend, backend, Map.of("tminus.name", name, "service.ranking", ranking), "test 1");
        return this;
    }

    Bench policy(String name, int ranking, Policy policy) {
        coordinator
                .board()
                .bindPolicy(policy, policy, Map.of("tminus.name", name, "service.ranking", ranking), "test 1");
        return this;
    }

    Bench predictor(String name, int ranking, ComplexityPredictor predictor) {
        coordinator
                .board()
                .bindPredictor(predictor, predictor, Map.of("tminus.name", name, "service.ranking", ranking), "test 1");
        return this;
    }

    Bench model(AdaptiveModel model) {
        coordinator.board().bindModel(model, model, Map.of(AdaptiveModel.NAME_PROPERTY, model.name()), "test 1");
        return this;
    }

    /** Configures a rollout named trial. */
    Bench trial(String... keysAndValues) {
        Map<String, Object> properties = new HashMap<>();
        for (int index = 0; index < keysAndValues.length; index += 2) {
            properties.put(keysAndValues[index], keysAndValues[index + 1]);
        }
        assertThat(configuration.updateRollout("org.tminus.rollout~trial", properties))
                .as(configuration.problems().toString())
                .isTrue();
        return this;
    }

    RolloutState trial() {
        return coordinator.rollouts().rollouts().get(0);
    }

    /** Waits for an entry of the journal. */
    JournalEntry awaitEntry(String kind, String subject) {
        await(() -> !journal.latest(1, kind, subject).isEmpty());
        return journal.latest(1, kind, subject).get(0);
    }

    DrainOutcome removeBackend(FakeBackend backend) {
        return coordinator.board().unbindBackend(backend);
    }

    void awaitReady() {
        await(() -> coordinator.status().ready());
    }

    long counter(String name) {
        return coordinator.status().counters().get(name);
    }

    static InferenceRequest.Builder request() {
        return request(1);
    }

    /** Rows with the values 1, 2, 3 ... in column 0. */
    static InferenceRequest.Builder request(int rows) {
        float[] values = new float[rows * 4];
        for (int row = 0; row < rows; row++) {
            values[row * 4] = row + 1;
        }
        return InferenceRequest.builder("toy").input("x", HostTensor.ofFloats(Shape.of(rows, 4), values));
    }

    InferenceResult infer(InferenceRequest.Builder request) throws TminusException, InterruptedException {
        return coordinator.service().infer(request.build());
    }

    Trace trace(InferenceRequest.Builder request) throws TminusException, InterruptedException {
        try (InferenceResult result = infer(request)) {
            return result.traces().get(0);
        }
    }

    static float y(InferenceResult result, int row, int column) {
        return result.outputs().get("y").buffer().asFloatBuffer().get(row * 3 + column);
    }

    /** Waits until something is so, with a bound. */
    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        coordinator.close();
    }
}
