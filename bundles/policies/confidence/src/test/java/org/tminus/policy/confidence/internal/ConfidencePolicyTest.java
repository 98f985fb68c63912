/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.confidence.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.annotation.Annotation;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.policy.Budget;
import org.tminus.policy.Checkpoint;
import org.tminus.policy.Decision;
import org.tminus.policy.PolicyContexts;
import org.tminus.policy.PolicyRun;

class ConfidencePolicyTest {
    private static final AdaptiveModel MODEL = TestModels.model().build();
    private static final double FULL = 410;

    @Test
    void itStartsAtFullDepthAndAsksAtEachExitOnTheMenu() throws Exception {
        try (PolicyRun run = policy().begin(PolicyContexts.of(MODEL).rows(2).build())) {
            assertThat(run.first()).hasSize(2).allSatisfy(decision -> {
                assertThat(decision.path()).contains(MODEL.fullDepth());
                assertThat(decision.checkpoints()).isEqualTo(layers(0, 1, 2));
            });
        }
    }

    @Test
    void rowsStopWhereTheExitIsSure() throws Exception {
        PolicyContexts context = PolicyContexts.of(MODEL).rows(3).parameters(Map.of("threshold", 0.9));
        try (PolicyRun run = policy().begin(context.build())) {
            List<Decision> decisions = run.next(new Confidences(1, 0.95f, 0.9f - 1e-6f, Float.NaN));

            assertThat(decisions.get(0).exit()).contains(new ExitId("exit.2"));
            assertThat(decisions.get(1)).isEqualTo(Decision.goOn());
            assertThat(decisions.get(2)).isEqualTo(Decision.goOn());
        }
    }

    @Test
    void aCheckpointNobodyAskedForIsPassedWithoutReadingTheExit() throws Exception {
        PolicyContexts context = PolicyContexts.of(MODEL).parameters(Map.of("checkpoints", "layer.1", "threshold", 0));
        try (PolicyRun run = policy().begin(context.build())) {
            assertThat(run.first().get(0).checkpoints()).isEqualTo(layers(1));
            Confidences other = new Confidences(0, 1);
            assertThat(run.next(other)).containsExactly(Decision.goOn());
            assertThat(other.reads).isZero();
        }
    }

    @Test
    void eachCheckpointMayHaveAThresholdOfItsOwn() throws Exception {
        PolicyContexts context = PolicyContexts.of(MODEL)
                .parameters(Map.of("checkpoints", List.of("layer.0", "layer.1"), "thresholds", List.of(0.8, 0.6)));
        try (PolicyRun run = policy().begin(context.build())) {
            assertThat(run.first().get(0).checkpoints()).isEqualTo(layers(0, 1));
            assertThat(run.next(new Confidences(0, 0.7f)).get(0)).isEqualTo(Decision.goOn());
            assertThat(run.next(new Confidences(0, 0.8f)).get(0).exit()).contains(new ExitId("exit.1"));
            assertThat(run.next(new Confidences(1, 0.7f)).get(0).exit()).contains(new ExitId("exit.2"));
        }
    }

    @Test
    void thresholdsThatDoNotFitTheCheckpointsAreRefused() {
        for (Map<String, Object> parameters : List.<Map<String, Object>>of(
                Map.of("thresholds", List.of(0.5)),
                Map.of("checkpoints", List.of("layer.0", "layer.1"), "thresholds", List.of(0.5)),
                Map.of("checkpoints", List.of("layer.0"), "thresholds", List.of(1.5)))) {
            assertThatThrownBy(() -> policy().begin(PolicyContexts.of(MODEL)
                            .parameters(parameters)
                            .build()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("thresholds");
        }
    }

    @Test
    void theThresholdComesFromParametersThenThePointThenConfiguration() throws Exception {
        OperatingPoint point =
                new OperatingPoint("p", "confidence", Map.of("threshold", 0.6), "decision", 10, 0.5, 0.9, 0.9);

        assertThat(stops(PolicyContexts.of(MODEL), 0.94f)).isFalse();
        assertThat(stops(PolicyContexts.of(MODEL), 0.95f)).isTrue();
        assertThat(stops(PolicyContexts.of(MODEL).operatingPoint(point), 0.6001f))
                .isTrue();
        assertThat(stops(PolicyContexts.of(MODEL).operatingPoint(point), 0.5999f))
                .isFalse();
        assertThat(stops(PolicyContexts.of(MODEL).operatingPoint(point).parameters(Map.of("threshold", "0.3")), 0.31f))
                .isTrue();
    }

    @Test
    void aBadConfigurationLeavesTheLastGoodOneInForce() throws Exception {
        ConfidencePolicy policy = new ConfidencePolicy(config(0.5));
        policy.modified(config(7));

        try (PolicyRun run = policy.begin(PolicyContexts.of(MODEL).build())) {
            assertThat(run.next(new Confidences(0, 0.51f)).get(0).kind()).isEqualTo("stop");
            assertThat(run.next(new Confidences(0, 0.49f)).get(0).kind()).isEqualTo("go-on");
        }
    }

    @Test
    void aBudgetWithoutFiguresBoundsTheLongestWay() throws Exception {
        // Depth 3 costs 310 FLOPs and the two heads before it 20.
        assertThat(first(PolicyContexts.of(MODEL).budget(Budget.ofFlopsRatio(331 / FULL)))
                        .path())
                .contains(TestModels.prefix(3));
        assertThat(first(PolicyContexts.of(MODEL).budget(Budget.ofFlopsRatio(329 / FULL)))
                        .path())
                .contains(TestModels.prefix(2));
        Decision least = first(PolicyContexts.of(MODEL).budget(Budget.ofFlopsRatio(0.01)));
        assertThat(least.path()).contains(TestModels.prefix(1));
        assertThat(least.checkpoints()).isEmpty();
    }

    @Test
    void badParametersAreRefusedInWords() {
        assertThatThrownBy(() -> first(PolicyContexts.of(MODEL).parameters(Map.of("threshold", -0.1))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("'confidence'", "'threshold'", "'-0.1'");
        assertThatThrownBy(() -> first(PolicyContexts.of(MODEL).parameters(Map.of("checkpoints", List.of("layer.9")))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("layer.9", "layer.0, layer.1, layer.2");
    }

    @Property(tries = 200)
    void whateverHappensEveryRowEndsOnAnAllowedPath(
            @ForAll @IntRange(min = 1, max = 12) int rows,
            @ForAll @IntRange(min = 1, max = 15) int mask,
            @ForAll @DoubleRange(min = 0, max = 1) double threshold,
            @ForAll long seed)
            throws Exception {
        List<Path> allowed = new ArrayList<>();
        for (int index = 0; index < TestModels.LAYERS; index++) {
            if ((mask >> index & 1) != 0) {
                allowed.add(MODEL.menu().get(index));
            }
        }
        Random random = new Random(seed);
        PolicyContexts context =
                PolicyContexts.of(MODEL).rows(rows).allowedPaths(allowed).parameters(Map.of("threshold", threshold));
        try (PolicyRun run = policy().begin(context.build())) {
            List<Decision> first = run.first();
            assertThat(first).hasSize(rows);
            Path path = first.get(0).path().orElseThrow();
            assertThat(allowed).contains(path);
            for (LayerId layer : first.get(0).checkpoints()) {
                int index = MODEL.layer(layer).orElseThrow().index();
                float[] sure = new float[rows];
                for (int row = 0; row < rows; row++) {
                    sure[row] = random.nextFloat();
                }
                List<Decision> decisions = run.next(new Confidences(index, sure));
                assertThat(decisions).hasSize(rows);
                for (int row = 0; row < rows; row++) {
                    assertThat(decisions.get(row).exit().isPresent()).isEqualTo(sure[row] >= (float) threshold);
                    decisions.get(row).exit().ifPresent(exit -> assertThat(allowed)
                            .contains(new Path(path.layers().subList(0, index + 1), exit)));
                }
            }
        }
    }

    private static ConfidencePolicy policy() {
        return new ConfidencePolicy(config(ConfidencePolicy.DEFAULT_THRESHOLD));
    }

    private static ConfidencePolicy.Config config(double threshold) {
        return new ConfidencePolicy.Config() {
            @Override
            public double threshold() {
                return threshold;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return ConfidencePolicy.Config.class;
            }
        };
    }

    private static Decision first(PolicyContexts context) throws Exception {
        try (PolicyRun run = policy().begin(context.build())) {
            return run.first().get(0);
        }
    }

    private static boolean stops(PolicyContexts context, float confidence) throws Exception {
        try (PolicyRun run = policy().begin(context.build())) {
            return run.next(new Confidences(0, confidence)).get(0).kind().equals("stop");
        }
    }

    private static List<LayerId> layers(int... indices) {
        List<LayerId> layers = new ArrayList<>();
        for (int index : indices) {
            layers.add(new LayerId("layer." + index));
        }
        return layers;
    }

    /** A checkpoint where each row is this sure. */
    private static final class Confidences implements Checkpoint {
        private final int layer;
        private final float[] confidences;
        private int reads;

        Confidences(int layer, float... confidences) {
            this.layer = layer;
            this.confidences = confidences;
        }

        @Override
        public LayerId layer() {
            return new LayerId("layer." + layer);
        }

        @Override
        public Optional<ExitId> exit() {
            return Optional.of(TestModels.exit(layer + 1));
        }

        @Override
        public int rows() {
            return confidences.length;
        }

        @Override
        public int batchRow(int row) {
            return row;
        }

        @Override
        public float[] probabilities(int row) {
            throw new UnsupportedOperationException("Only confidences are read");
        }

        @Override
        public float confidence(int row) {
            reads++;
            return confidences[row];
        }

        @Override
        public FloatBuffer pooled(int row) {
            throw new UnsupportedOperationException("Only confidences are read");
        }

        @Override
        public long flopsPerRow() {
            return 100L * (layer + 1);
        }

        @Override
        public Optional<Duration> timeLeft() {
            return Optional.empty();
        }
    }
}
