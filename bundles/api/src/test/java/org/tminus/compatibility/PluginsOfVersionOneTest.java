/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Version;
import org.tminus.backend.Backend;
import org.tminus.backend.BackendSession;
import org.tminus.backend.Run;
import org.tminus.backend.RunControls;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.RequestCancelledException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.PredictorDescription;
import org.tminus.model.TensorSpec;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContexts;
import org.tminus.policy.PolicyRun;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/**
 * Jars of plugins that were compiled against version 1 of the API, and never since, run against the API as it is now. A
 * change that breaks strangers' bundles fails here with the linkage error that they would see.
 */
class PluginsOfVersionOneTest {
    private static final Path JARS = Path.of("../../integration-tests/compatibility/v1/jars");

    private final AdaptiveModel model = model();

    @Test
    void aPolicyDecidesBeforeTheFirstLayerAndAtCheckpoints() throws Exception {
        try (URLClassLoader loader = loader("policy")) {
            Policy policy = create(loader, "com.example.tminus.policy.PatientPolicy", Policy.class);
            PolicyContexts contexts = PolicyContexts.of(model)
                    .complexities(List.of(Complexity.ofProbabilities(1, 0), Complexity.ofProbabilities(0, 1)));
            try (PolicyRun run = policy.begin(contexts.build())) {
                List<Decision> first = run.first();
                assertThat(first.get(0).path()).contains(model.menu().get(0));
                assertThat(first.get(1).path()).contains(model.fullDepth());
                assertThat(first.get(1).checkpoints()).hasSize(2);

                assertThat(run.next(new SureCheckpoint()).get(0).kind()).isEqualTo("go-on");
                assertThat(run.next(new SureCheckpoint()).get(0).exit()).contains(new ExitId("exit.1"));
            }
            assertThat(policy.flopsPerRow(model)).isEqualTo(2);
            assertThatExceptionOfType(InvalidRequestException.class)
                    .isThrownBy(() -> policy.begin(
                            contexts.parameters(Map.of("patience", "none")).build()))
                    .withMessageContaining("patience");
        }
    }

    @Test
    void aPredictorJudgesABatch() throws Exception {
        try (URLClassLoader loader = loader("predictor")) {
            ComplexityPredictor predictor =
                    create(loader, "com.example.tminus.predictor.BrightnessPredictor", ComplexityPredictor.class);
            assertThat(predictor.supports(model)).isTrue();
            assertThat(predictor.flopsPerRow(model)).isEqualTo(7);
            List<Complexity> complexities = predictor.predict(new FixedPrediction(model));
            assertThat(complexities)
                    .containsExactly(Complexity.ofProbabilities(1, 0), Complexity.ofProbabilities(0, 1));
        }
    }

    @Test
    void aBackendRunsPathsWholeAndInSteps() throws Exception {
        try (URLClassLoader loader = loader("backend")) {
            Backend backend = create(loader, "com.example.tminus.backend.CountingBackend", Backend.class);
            assertThat(backend.device().deviceClass()).isEqualTo("counting");
            assertThat(backend.telemetry().names()).hasSize(1);
            Map<String, Tensor> inputs = Map.of("x", HostTensor.ofFloats(Shape.of(3, 1), 1, 2, 3));
            try (BackendSession session = backend.open(model)) {
                session.prepare(model.fullDepth());
                assertThat(session.isPrepared(model.fullDepth())).isTrue();
                Tensor whole = session.run(model.fullDepth(), inputs, RunControls.forOutputs("y"))
                        .get("y");
                assertThat(whole.shape()).isEqualTo(Shape.of(3, 2));
                assertThat(whole.buffer().getFloat(0)).isEqualTo(2f);

                try (Run run = session.start(inputs, RunControls.forOutputs("y"))) {
                    run.advance(List.of(new LayerId("layer.0")));
                    run.retain(new int[] {1});
                    Tensor stepped = run.read(new ExitId("exit.1")).get("y");
                    assertThat(stepped.shape()).isEqualTo(Shape.of(1, 2));
                    assertThat(stepped.buffer().getFloat(0)).isEqualTo(1f);
                    assertThat(run.pooled().shape().dimension(0)).isEqualTo(1);
                }
                RunControls.CancellableControl cancelled =
                        RunControls.cancellable(Set.of("y"), Map.of(), Duration.ofSeconds(60));
                cancelled.cancel();
                assertThatExceptionOfType(RequestCancelledException.class)
                        .isThrownBy(() -> session.run(model.fullDepth(), inputs, cancelled));
            }
        }
    }

    private static URLClassLoader loader(String plugin) throws Exception {
        Path jar = JARS.resolve("tminus-v1-" + plugin + "-1.0.0.jar");
        assertThat(jar).exists();
        return new URLClassLoader(new URL[] {jar.toUri().toURL()}, PluginsOfVersionOneTest.class.getClassLoader());
    }

    private static <T> T create(ClassLoader loader, String className, Class<T> type) throws Exception {
        return type.cast(loader.loadClass(className).getConstructor().newInstance());
    }

    private static AdaptiveModel model() {
        LayerId first = new LayerId("layer.0");
        LayerId second = new LayerId("layer.1");
        ExitId early = new ExitId("exit.1");
        return new AdaptiveModelBuilder("tiny", Version.parseVersion("1.0.0"))
                .signature(new ModelSignature(
                        List.of(new TensorSpec("x", ElementType.FLOAT32, List.of(TensorSpec.ANY, 1L))),
                        List.of(new TensorSpec("y", ElementType.FLOAT32, List.of(TensorSpec.ANY, 2L))),
                        Optional.empty()))
                .hidden(new HiddenState(ElementType.FLOAT32, 1, 1, "first"))
                .layer(first, "h0", "h1", Optional.empty(), List.of(), Cost.ZERO)
                .layer(second, "h1", "h2", Optional.empty(), List.of(), Cost.ZERO)
                .exit(early, Optional.of(first), "exits.onnx", "in", Map.of("y", "out"), Cost.ZERO)
                .exit(ExitId.FINAL, Optional.of(second), "model.onnx", "h2", Map.of("y", "y"), Cost.ZERO)
                .menuPath(new org.tminus.model.Path(List.of(first), early))
                .menuPath(new org.tminus.model.Path(List.of(first, second), ExitId.FINAL))
                .predictor(new PredictorDescription("predictor.onnx", "image-v1", List.of(0, 1), 7))
                .build();
    }

    private record FixedPrediction(AdaptiveModel model) implements PredictionContext {
        @Override
        public Map<String, Tensor> inputs() {
            return Map.of("x", HostTensor.ofFloats(Shape.of(2, 1), 1, -1));
        }

        @Override
        public int rows() {
            return 2;
        }

        @Override
        public Optional<Tensor> stemOutput() {
            return Optional.empty();
        }
    }

    private record SureCheckpoint() implements Checkpoint {
        @Override
        public LayerId layer() {
            return new LayerId("layer.0");
        }

        @Override
        public Optional<ExitId> exit() {
            return Optional.of(new ExitId("exit.1"));
        }

        @Override
        public int rows() {
            return 1;
        }

        @Override
        public int batchRow(int row) {
            return 1;
        }

        @Override
        public float[] probabilities(int row) {
            return new float[] {0.9f, 0.1f};
        }

        @Override
        public float confidence(int row) {
            return 0.9f;
        }

        @Override
        public FloatBuffer pooled(int row) {
            return FloatBuffer.allocate(1);
        }

        @Override
        public long flopsPerRow() {
            return 0;
        }

        @Override
        public Optional<Duration> timeLeft() {
            return Optional.empty();
        }
    }
}
