/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyContexts;
import org.tminus.policy.PolicyRun;
import org.tminus.policy.lstm.internal.ClosedLoopPolicy;
import org.tminus.policy.lstm.internal.OpenLoopPolicy;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;
import org.tminus.predictor.features.GridFeatures;
import org.tminus.predictor.internal.TreeEnsemblePredictor;
import org.tminus.tensor.Tensor;

/** What deciding takes for one row: the features, the whole predictor, and the learned policies up to the first layer. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecisionBenchmark {
    private final ComplexityPredictor predictor = new TreeEnsemblePredictor();
    private final Policy openLoop = new OpenLoopPolicy();
    private final Policy closedLoop = new ClosedLoopPolicy();

    private record Input(AdaptiveModel model, Map<String, Tensor> inputs, int rows) implements PredictionContext {
        @Override
        public Optional<Tensor> stemOutput() {
            return Optional.empty();
        }
    }

    /** What is decided about; made once. */
    @State(Scope.Benchmark)
    public static class About {
        private Optional<GridFeatures> features = Optional.empty();
        private Optional<PredictionContext> input = Optional.empty();
        private Optional<PolicyContext> context = Optional.empty();

        /** Judges the input once, so that policies find it judged. */
        @Setup
        public void prepare(ReferenceModel model) throws TminusException {
            PredictionContext judged = new Input(model.model(), model.inputs(), 1);
            if (GridFeatures.obstacle(model.model().signature()).isEmpty()) {
                features = Optional.of(GridFeatures.of(model.model().signature()));
            }
            input = Optional.of(judged);
            context = Optional.of(PolicyContexts.of(model.model())
                    .rows(1)
                    .complexities(new TreeEnsemblePredictor().predict(judged))
                    .parameters(Map.of("budget", 0.5))
                    .build());
        }
    }

    /** The features of pictures alone. */
    @Benchmark
    public float[] features(ReferenceModel model, About about) {
        GridFeatures features = about.features.orElseThrow();
        float[] found = new float[features.count()];
        features.open(model.inputs(), 1).compute(0, found);
        return found;
    }

    /** Features and trees. */
    @Benchmark
    public List<Complexity> predictor(About about) throws TminusException {
        return predictor.predict(about.input.orElseThrow());
    }

    /** All layers decided at once. */
    @Benchmark
    public List<Decision> lstmOpenLoop(About about) throws TminusException {
        return first(openLoop, about);
    }

    /** Up to the first checkpoint. */
    @Benchmark
    public List<Decision> lstmClosedLoop(About about) throws TminusException {
        return first(closedLoop, about);
    }

    /** Predictor and policy one after the other, as a request does it. */
    @Benchmark
    public List<Decision> whole(ReferenceModel model, About about) throws TminusException {
        PolicyContext context = PolicyContexts.of(model.model())
                .rows(1)
                .complexities(predictor.predict(about.input.orElseThrow()))
                .parameters(Map.of("budget", 0.5))
                .build();
        try (PolicyRun run = openLoop.begin(context)) {
            return run.first();
        }
    }

    private static List<Decision> first(Policy policy, About about) throws TminusException {
        try (PolicyRun run = policy.begin(about.context.orElseThrow())) {
            return run.first();
        }
    }
}
