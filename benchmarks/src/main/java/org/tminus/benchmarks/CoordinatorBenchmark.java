/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.benchmarks;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.tminus.coordinator.internal.Coordinator;
import org.tminus.coordinator.internal.certificate.WithdrawalStore;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;
import org.tminus.coordinator.internal.configuration.ConfigurationStore;
import org.tminus.evaluation.measure.ChosenPath;
import org.tminus.failure.TminusException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.model.AdaptiveModel;

/** What a request of one row takes on its way through the coordinator, with a backend that does nothing. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CoordinatorBenchmark {
    private static final int CLIENTS = 32;
    private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(60);

    private Optional<Coordinator> coordinator = Optional.empty();
    private Optional<InferenceRequest> request = Optional.empty();

    /** Waits until the model is ready. */
    @Setup(Level.Trial)
    public void start(ReferenceModel reference) {
        AdaptiveModel model = reference.model();
        ConfigurationHolder configuration = new ConfigurationHolder(new ConfigurationStore(null));
        configuration.start(Map.of());
        Coordinator started = new Coordinator(configuration, new WithdrawalStore(null), System::nanoTime);
        coordinator = Optional.of(started);
        started.start();
        started.board().bindBackend("idle", new IdleBackend(CLIENTS), service("idle"), "benchmark");
        started.board().bindPolicy("chosen", new ChosenPath(false), service("chosen"), "benchmark");
        started.board().bindModel(model.name(), model, Map.of(AdaptiveModel.NAME_PROPERTY, model.name()), model.name());
        long end = System.nanoTime() + READY_NANOS;
        while (!started.status().ready() && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        request = Optional.of(InferenceRequest.builder(model.name())
                .inputs(reference.inputs())
                .outputs(model.signature().outputs().get(0).name())
                .policy("chosen")
                .build());
    }

    private static Map<String, Object> service(String name) {
        return Map.of("tminus.name", name, "service.ranking", 0);
    }

    /** Nobody else asks. */
    @Benchmark
    @Threads(1)
    public int oneClient() throws TminusException, InterruptedException {
        return infer();
    }

    /** Many ask at once; the time is that of one answer. */
    @Benchmark
    @Threads(CLIENTS)
    public int clients32() throws TminusException, InterruptedException {
        return infer();
    }

    private int infer() throws TminusException, InterruptedException {
        try (InferenceResult result = coordinator.orElseThrow().service().infer(request.orElseThrow())) {
            if (!result.traces().get(0).fallbacks().isEmpty()) {
                throw new IllegalStateException(
                        "answered in another way: " + result.traces().get(0).fallbacks());
            }
            return result.outputs().size();
        }
    }

    /** Frees everything. */
    @TearDown(Level.Trial)
    public void stop() {
        coordinator.ifPresent(Coordinator::close);
    }
}
