/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tminus.learning.SyntheticOutcomes;
import org.tminus.learning.outcome.Basis;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;

class PolicyOnnxTest {
    private static LstmPolicy policy(Outcomes outcomes, Loop loop) {
        Network network = new Network(new LstmShape(outcomes.trie().layers(), outcomes.complexityClasses(), 12, loop))
                .initialise(5);
        // Louder than at the start of a training, so that paths differ.
        for (int i = network.actor; i < network.actorBias; i++) {
            network.parameters[i] *= 30;
        }
        return LstmPolicy.of(network);
    }

    /** The whole walk driven by ONNX Runtime, step by step as a run-time would, chooses and pays what the policy does. */
    @ParameterizedTest
    @EnumSource
    void onnxRuntimeWalksAsThePolicyDoes(Loop loop) throws OrtException {
        Outcomes outcomes = SyntheticOutcomes.chain(200, 6, 9);
        LstmPolicy policy = policy(outcomes, loop);
        LstmShape shape = policy.shape();
        Walk walk = new Walk(outcomes, shape, Basis.RIGHT);
        Choices choices = policy.decide(outcomes, 0.4);
        byte[] bytes = PolicyOnnx.toBytes(policy, Map.of("seed", "5"));
        int stops = 0;
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(bytes)) {
            Map<String, String> metadata = session.getMetadata().getCustomMetadata();
            assertThat(metadata)
                    .containsEntry("tminus.policy", "lstm-ppo")
                    .containsEntry("loop", loop.label())
                    .containsEntry("features", "17")
                    .containsEntry("hidden", "12")
                    .containsEntry("actions", "7")
                    .containsEntry("complexityClasses", "6")
                    .containsEntry("seed", "5");
            for (int row = 0; row < outcomes.rows(); row++) {
                float[] h = new float[12];
                float[] c = new float[12];
                double[] observation = new double[shape.features()];
                int node = 0;
                int steps = 0;
                while (!walk.isLeaf(node)) {
                    walk.observe(node, row, 0.4, observation, 0);
                    float[] mask = new float[shape.actions()];
                    for (int action : walk.actions[node]) {
                        mask[action] = 1;
                    }
                    float[] x = new float[observation.length];
                    for (int i = 0; i < x.length; i++) {
                        x[i] = (float) observation[i];
                    }
                    float[] logits;
                    try (OnnxTensor tx = tensor(environment, x);
                            OnnxTensor tm = tensor(environment, mask);
                            OnnxTensor th = tensor(environment, h);
                            OnnxTensor tc = tensor(environment, c);
                            OrtSession.Result result =
                                    session.run(Map.of("observation", tx, "mask", tm, "h", th, "c", tc))) {
                        logits = ((float[][]) result.get("logits").orElseThrow().getValue())[0];
                        h = ((float[][]) result.get("h_out").orElseThrow().getValue())[0];
                        c = ((float[][]) result.get("c_out").orElseThrow().getValue())[0];
                    }
                    int best = 0;
                    for (int a = 0; a < logits.length; a++) {
                        assertThat(logits[a] == -1e9f).isEqualTo(mask[a] == 0);
                        best = logits[a] > logits[best] ? a : best;
                    }
                    steps++;
                    int at = indexOf(walk.actions[node], best);
                    if (walk.targets[node][at] == Walk.STOP) {
                        stops++;
                        break;
                    }
                    node = walk.targets[node][at];
                }
                assertThat(choices.path(row)).isEqualTo(walk.path(node));
                assertThat(choices.flops(row))
                        .isCloseTo(walk.spending.answered(node, row) + steps * shape.flopsPerStep(), within(1e-3));
            }
        }
        assertThat(stops).as("rows that stop early").isBetween(1, 200);
    }

    private static OnnxTensor tensor(OrtEnvironment environment, float[] row) throws OrtException {
        return OnnxTensor.createTensor(environment, FloatBuffer.wrap(row), new long[] {1, row.length});
    }

    private static int indexOf(int[] values, int wanted) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == wanted) {
                return i;
            }
        }
        throw new AssertionError("Action " + wanted + " is not allowed");
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Outcomes outcomes = SyntheticOutcomes.chain(300, 6, 9);
        LstmPolicy policy = policy(outcomes, Loop.CLOSED);
        LstmPolicy read = PolicyOnnx.fromBytes(PolicyOnnx.toBytes(policy, Map.of()));
        assertThat(read.shape()).isEqualTo(policy.shape());
        assertThat(read.weightX()).isEqualTo(policy.weightX());
        assertThat(read.actor()).isEqualTo(policy.actor());
        assertThat(read.decide(outcomes, 0.5).flopsRatio())
                .isEqualTo(policy.decide(outcomes, 0.5).flopsRatio());
    }

    @Test
    void whatIsNoPolicySaysWhy() {
        assertThatThrownBy(() -> PolicyOnnx.fromBytes(new byte[] {1, 2, 3})).hasMessageContaining("no ONNX file");
        assertThatThrownBy(() -> PolicyOnnx.fromBytes(new byte[0])).hasMessageContaining("tminus.policy");
    }

    @Test
    void closedLoopPaysForHeadsOnlyWhereThereIsSomethingToDecide() {
        Outcomes outcomes = SyntheticOutcomes.chain(10, 6, 9);
        LstmShape closed = new LstmShape(6, 6, 12, Loop.CLOSED);
        Walk walk = new Walk(outcomes, closed, Basis.RIGHT);
        double own = 6 * closed.flopsPerStep();
        // Five exits before the end are places to decide; the end is none, but its head answers.
        assertThat(walk.flopsToAnswer(outcomes.fullDepthNode(), 0))
                .isCloseTo(outcomes.fullDepthFlops(0) + 5 * 5e4 + 2e4 + own, within(1e-3));
        Walk open = new Walk(outcomes, new LstmShape(6, 6, 12, Loop.OPEN), Basis.RIGHT);
        assertThat(open.flopsToAnswer(outcomes.fullDepthNode(), 0))
                .isCloseTo(outcomes.fullDepthFlops(0) + 2e4 + own, within(1e-3));
        double[] observation = new double[closed.features()];
        walk.observe(3, 4, 0.4, observation, 0);
        assertThat(observation[9]).isEqualTo(1);
        double odds = outcomes.confidence(3, 4) / (1.0 - outcomes.confidence(3, 4));
        assertThat(observation[5]).isCloseTo(Math.log(odds) / 4, within(1e-9));
        assertThat(observation[2]).isCloseTo(1 + Math.log(0.4) / 2, within(1e-12));
        assertThat(observation[3])
                .isCloseTo((10e4 + 3 * 100e4 + 3 * 5e4 + 2e4) / outcomes.fullDepthFlops(4), within(1e-12));
        new Walk(outcomes, new LstmShape(6, 6, 12, Loop.CLOSED, 1), Basis.RIGHT).observe(3, 4, 0.4, observation, 0);
        assertThat(observation[5]).isEqualTo(outcomes.confidence(3, 4));
        assertThat(observation[2]).isEqualTo(0.4);
        open.observe(3, 4, 0.4, observation, 0);
        assertThat(observation[9]).isZero();
        assertThat(observation[5]).isZero();
    }
}
