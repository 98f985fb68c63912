/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.tminus.onnx.OnnxModel;
import org.tminus.tensor.HostTensor;

class InferenceGraphTest {
    @Test
    void itAnswersAsOnnxRuntimeDoesAtEveryShape() throws Exception {
        OnnxModel model = model();
        try (InferenceGraph graph = InferenceGraph.of(model)) {
            for (int[] shape : new int[][] {{1, 5}, {4, 7}, {1, 5}, {2, 3}}) {
                Map<String, HostTensor> inputs = TinyBert.sentences(shape[0], shape[1]);
                assertThat(graph.answer(inputs)).containsExactly(expected(model, inputs), within(1e-4f));
            }
        }
    }

    @Test
    void severalThreadsGetTheirOwnAnswers() throws Exception {
        OnnxModel model = model();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (InferenceGraph graph = InferenceGraph.of(model)) {
            List<Future<float[]>> answers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                Map<String, HostTensor> inputs = TinyBert.sentences(1 + i % 4, 6);
                answers.add(pool.submit((Callable<float[]>) () -> graph.answer(inputs)));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get())
                        .containsExactly(expected(model, TinyBert.sentences(1 + i % 4, 6)), within(1e-4f));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void nothingIsLeftOfAnAnswer() throws Exception {
        Map<String, HostTensor> inputs = TinyBert.sentences(2, 6);
        try (InferenceGraph graph = InferenceGraph.of(model())) {
            graph.answer(inputs);
            long before = Pointer.totalCount();
            for (int i = 0; i < 20; i++) {
                graph.answer(inputs);
            }
            // What other tests left may go meanwhile; a single one of each answer would be 20 more.
            assertThat(Pointer.totalCount()).isLessThan(before + 20);
        }
    }

    @Test
    void aMissingInputIsNamed() throws Exception {
        try (InferenceGraph graph = InferenceGraph.of(model())) {
            assertThatThrownBy(() -> graph.answer(Map.of())).hasMessageContaining("input_ids");
        }
    }

    private static OnnxModel model() throws Exception {
        return SentenceEmbedding.attach(TinyBert.build(2), Pooling.MEAN);
    }

    private static float[] expected(OnnxModel model, Map<String, HostTensor> inputs) {
        return Ort.run(model.toBytes(), inputs).values().iterator().next();
    }
}
