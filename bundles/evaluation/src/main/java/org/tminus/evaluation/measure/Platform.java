/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.tminus.backend.cpu.CpuBackend;
import org.tminus.coordinator.internal.Coordinator;
import org.tminus.coordinator.internal.certificate.WithdrawalStore;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;
import org.tminus.coordinator.internal.configuration.ConfigurationStore;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.ort.Threads;
import org.tminus.failure.TminusException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.policy.Policy;
import org.tminus.predictor.internal.TreeEnsemblePredictor;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/**
 * The platform itself in this process: coordinator, CPU backend, predictor and policies, as a container would wire them. What
 * is timed through it is the whole way of a request. Safe for several threads once all policies are added.
 */
public final class Platform implements AutoCloseable {
    private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final long lingerNanos;
    private final AdaptiveModel model;
    private final String output;
    private final Coordinator coordinator;
    private final List<String> policies = new ArrayList<>();

    /** @throws EvaluationException if the model does not get ready within a minute */
    public Platform(OnnxRuntime runtime, AdaptiveModel model) throws EvaluationException {
        lingerNanos = runtime.isSpinning() ? Threads.SPINNING_NANOS : 0;
        this.model = model;
        this.output = model.signature().outputs().get(0).name();
        ConfigurationHolder configuration = new ConfigurationHolder(new ConfigurationStore(null));
        configuration.start(Map.of());
        coordinator = new Coordinator(configuration, new WithdrawalStore(null), System::nanoTime);
        coordinator.start();
        coordinator.board().bindBackend("cpu", new CpuBackend(runtime), service("cpu"), "backend-cpu");
        coordinator
                .board()
                .bindPredictor("tree-ensemble", new TreeEnsemblePredictor(), service("tree-ensemble"), "predictor");
        addPolicy("full", new ChosenPath(false));
        coordinator
                .board()
                .bindModel(model.name(), model, Map.of(AdaptiveModel.NAME_PROPERTY, model.name()), model.name());
        long end = System.nanoTime() + READY_NANOS;
        while (!coordinator.status().ready()) {
            if (System.nanoTime() > end) {
                coordinator.close();
                throw new EvaluationException(
                        "The model " + model.name() + " did not get ready in a minute.", "See the log for the reason.");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private static Map<String, Object> service(String name) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("tminus.name", name);
        properties.put("service.ranking", 0);
        return properties;
    }

    /** Adds a policy that requests can name. */
    public void addPolicy(String name, Policy policy) {
        coordinator.board().bindPolicy(name, policy, service(name), name);
        policies.add(name);
    }

    /**
     * A way to answer through the platform.
     *
     * @param policy the policy of the requests
     * @param pointOfRow by example, the operating point to ask for; null for none
     */
    public Server server(String policy, IntFunction<@Nullable String> pointOfRow) {
        if (!policies.contains(policy)) {
            throw new IllegalArgumentException("There is no policy " + policy + " among " + policies);
        }
        return new PlatformServer(policy, pointOfRow);
    }

    /**
     * Answers a batch for what its policy does on the way; the answers are dropped.
     *
     * @param operatingPoint null for none
     * @throws EvaluationException if a row was answered in another way than asked
     */
    public void serve(String policy, @Nullable String operatingPoint, Map<String, HostTensor> batch)
            throws EvaluationException {
        try (InferenceResult result = infer(policy, operatingPoint, batch)) {
            for (Trace trace : result.traces()) {
                if (!trace.fallbacks().isEmpty()) {
                    throw new EvaluationException(
                            "The platform answered in another way than asked: " + trace.fallbacks(), "See the log.");
                }
            }
        }
    }

    /**
     * Answers a batch for what it took; the answers are dropped.
     *
     * @param operatingPoint null for none
     * @return of each row
     */
    public List<Trace> traces(String policy, @Nullable String operatingPoint, Map<String, HostTensor> batch)
            throws EvaluationException {
        try (InferenceResult result = infer(policy, operatingPoint, batch)) {
            return result.traces();
        }
    }

    private InferenceResult infer(String policy, @Nullable String operatingPoint, Map<String, HostTensor> inputs)
            throws EvaluationException {
        InferenceRequest.Builder request = InferenceRequest.builder(model.name())
                .inputs(inputs)
                .outputs(output)
                .policy(policy);
        if (operatingPoint != null) {
            request.operatingPoint(operatingPoint);
        }
        try {
            return coordinator.service().infer(request.build());
        } catch (TminusException e) {
            throw new EvaluationException("The platform could not answer: " + e.getMessage(), e.advice(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EvaluationException("The evaluation was interrupted.", "Start it again.", e);
        }
    }

    private final class PlatformServer implements Server {
        private final String policy;
        private final IntFunction<@Nullable String> pointOfRow;

        PlatformServer(String policy, IntFunction<@Nullable String> pointOfRow) {
            this.policy = policy;
            this.pointOfRow = pointOfRow;
        }

        @Override
        public Answer answer(Map<String, HostTensor> input, int row) throws EvaluationException {
            try (InferenceResult result = infer(policy, pointOfRow.apply(row), input)) {
                Tensor scores = result.outputs().get(output);
                if (scores == null) {
                    throw new EvaluationException("The platform gave no '" + output + "'.", "See the log.");
                }
                Trace trace = result.traces().get(0);
                return new Answer(
                        Scores.best(scores.buffer().asFloatBuffer()),
                        trace.flops(),
                        !trace.fallbacks().isEmpty());
            }
        }

        @Override
        public long lingerNanos() {
            return lingerNanos;
        }

        @Override
        public void close() {
            // The platform belongs to whoever opened it.
        }
    }

    @Override
    public void close() {
        coordinator.close();
    }
}
