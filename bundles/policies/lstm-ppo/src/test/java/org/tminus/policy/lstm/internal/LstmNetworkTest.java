/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The product's steps against ONNX Runtime's on the same file. */
class LstmNetworkTest {
    @ParameterizedTest
    @CsvSource({"0, 1, 1, 1", "3, 5, 4, 1", "3, 32, 12, 0.3", "8, 64, 12, 0.2", "2, 7, 6, 3"})
    void stepsAnswerAsOnnxRuntimeDoes(int classes, int hidden, int layers, float scale) throws Exception {
        Networks source = Networks.random(hidden, "open", classes, hidden, layers, scale);
        byte[] file = source.toBytes();
        LstmNetwork network = NetworkReader.read(file, source.description(), layers);
        assertThat(network.features()).isEqualTo(11 + classes);
        assertThat(network.hidden()).isEqualTo(hidden);
        assertThat(network.actions()).isEqualTo(1 + layers);

        Random random = new Random(1);
        // The row lies in the middle of the batch's states; what is around it stays as it is.
        float[] states = new float[3 * hidden];
        float[] cells = new float[3 * hidden];
        Arrays.fill(states, 2 * hidden, 3 * hidden, 9);
        float[] gates = new float[4 * hidden];
        float[] logits = new float[1 + layers];
        try (OnnxStepper stepper = new OnnxStepper(file, hidden)) {
            for (int step = 0; step < 12; step++) {
                float[] observation = new float[network.features()];
                for (int index = 0; index < observation.length; index++) {
                    observation[index] = random.nextInt(3) == 0 ? 0 : random.nextFloat();
                }
                float[] expected = stepper.step(observation);
                network.step(observation, states, cells, hidden, gates);
                for (int action = 0; action < logits.length; action++) {
                    logits[action] = network.logit(states, hidden, action);
                }
                assertThat(logits).as("step %s", step).containsExactly(expected, within(2e-5f));
                assertThat(Arrays.copyOfRange(states, hidden, 2 * hidden))
                        .containsExactly(stepper.state[0], within(1e-5f));
                assertThat(Arrays.copyOfRange(cells, hidden, 2 * hidden))
                        .containsExactly(stepper.cell[0], within(1e-5f));
            }
        }
        assertThat(Arrays.copyOf(states, hidden)).containsOnly(0);
        assertThat(Arrays.copyOfRange(states, 2 * hidden, 3 * hidden)).containsOnly(9);
    }
}
