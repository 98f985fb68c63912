/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.tensor.HostTensor;

class SentenceEmbeddingTest {
    private static final int ROWS = 3;
    private static final int LENGTH = 5;

    @Test
    void theEmbeddingIsTheMeanOfTheTokensThatCountOrTheFirst() throws Exception {
        OnnxModel encoder = TinyBert.build(2);
        String states = encoder.outputs().get(0).name();
        Map<String, HostTensor> inputs = TinyBert.sentences(ROWS, LENGTH);
        float[] hidden = Ort.run(encoder.toBytes(), inputs).get(states);
        float[] mean = Ort.run(SentenceEmbedding.attach(encoder, Pooling.MEAN).toBytes(), inputs)
                .get(SentenceEmbedding.OUTPUT);
        float[] first = Ort.run(SentenceEmbedding.attach(encoder, Pooling.FIRST).toBytes(), inputs)
                .get(SentenceEmbedding.OUTPUT);

        for (int row = 0; row < ROWS; row++) {
            int tokens = LENGTH - row % 3;
            float[] expected = new float[TinyBert.DIM];
            for (int i = 0; i < TinyBert.DIM; i++) {
                for (int t = 0; t < tokens; t++) {
                    expected[i] += hidden[(row * LENGTH + t) * TinyBert.DIM + i] / tokens;
                }
            }
            int at = row * TinyBert.DIM;
            assertThat(Arrays.copyOfRange(mean, at, at + TinyBert.DIM)).containsExactly(expected, within(1e-4f));
            assertThat(Arrays.copyOfRange(first, at, at + TinyBert.DIM))
                    .containsExactly(
                            Arrays.copyOfRange(hidden, at * LENGTH, at * LENGTH + TinyBert.DIM), within(1e-5f));
        }
    }

    @Test
    void whatIsPooledAlreadyIsRefused() throws Exception {
        OnnxModel pooled = SentenceEmbedding.attach(TinyBert.build(2), Pooling.MEAN);

        assertThatThrownBy(() -> SentenceEmbedding.attach(pooled, Pooling.MEAN))
                .isInstanceOf(OnnxFormatException.class)
                .hasMessageContaining("pooled already");
    }
}
