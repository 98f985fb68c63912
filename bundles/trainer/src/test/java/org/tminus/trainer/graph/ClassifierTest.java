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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.export.OnnxGraph;

class ClassifierTest {
    @ParameterizedTest
    @EnumSource(Pooling.class)
    void paddingDoesNotCount(Pooling pooling) throws Exception {
        OnnxModel model = Classifier.attach(TinyBert.build(2), pooling, 3, 1);
        Sentences data = new Sentences(10, 3, true);
        float[] together = Ort.run(
                        model.toBytes(), data.inputs(IntStream.range(0, 10).toArray()))
                .get("logits");

        assertThat(model.outputs()).hasToString("[logits: float32 [batch, 3]]");
        assertThat(GraphAnalysis.analyze(model).layers()).hasSize(2);
        for (int row = 0; row < 10; row++) {
            float[] alone =
                    Ort.run(model.toBytes(), data.inputs(new int[] {row})).get("logits");
            assertThat(Arrays.copyOfRange(together, 3 * row, 3 * row + 3)).containsExactly(alone, within(1e-5f));
        }
    }

    @Test
    void theSeedDecides() throws Exception {
        OnnxModel encoder = TinyBert.build(2);
        byte[] first = Classifier.attach(encoder, Pooling.MEAN, 3, 1).toBytes();

        assertThat(Classifier.attach(encoder, Pooling.MEAN, 3, 1).toBytes()).isEqualTo(first);
        assertThat(Classifier.attach(encoder, Pooling.MEAN, 3, 2).toBytes()).isNotEqualTo(first);
    }

    @Test
    void theEndOfTheModelTellsHowItPools() throws Exception {
        for (Pooling pooling : Pooling.values()) {
            OnnxModel model = Classifier.attach(TinyBert.build(2), pooling, 3, 1);
            String last = GraphAnalysis.analyze(model).layers().get(1).output();
            assertThat(ExitHeads.poolingOf(OnnxSource.of(model), last)).isEqualTo(pooling);
        }
    }

    @Test
    void needsHiddenStates() throws Exception {
        OnnxGraph graph = new OnnxGraph("flat");
        graph.input("x", "batch", 3);
        graph.node("ReduceSum", "y", java.util.List.of("x"), OnnxGraph.attribute("keepdims", 0L));
        graph.output("y");
        OnnxModel model = OnnxModel.read(graph.toBytes(Map.of()));

        assertThatThrownBy(() -> Classifier.attach(model, Pooling.MEAN, 2, 1))
                .isInstanceOf(OnnxFormatException.class)
                .hasMessageContaining("No output holds hidden states");
    }
}
