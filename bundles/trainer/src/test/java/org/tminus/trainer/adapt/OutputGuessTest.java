/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tminus.trainer.export.OnnxGraph.attribute;
import static org.tminus.trainer.export.OnnxGraph.longsAttribute;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.export.OnnxGraph;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.graph.SentenceEmbedding;
import org.tminus.trainer.graph.TinyBert;

class OutputGuessTest {
    private static final int WIDTH = 4;

    private final OnnxGraph graph = new OnnxGraph("end");

    OutputGuessTest() {
        graph.input("x", "batch", WIDTH);
    }

    private OutputGuess guess(String output) throws Exception {
        graph.output(output, "batch", WIDTH);
        return guess(OnnxModel.read(graph.toBytes(Map.of())));
    }

    private static OutputGuess guess(OnnxModel model) throws Exception {
        GraphAnalysis analysis = GraphAnalysis.analyze(model);
        return OutputGuess.of(model, analysis, analysis.signature().outputs().get(0));
    }

    @ParameterizedTest
    @CsvSource({
        "logits, CLASSES",
        "class_scores, CLASSES",
        "pooled_logits, CLASSES",
        "sentence_embedding, EMBEDDING",
        "pooler_output, EMBEDDING",
        "image_features, EMBEDDING",
        "class_embedding, EMBEDDING",
        "output_0, CLASSES"
    })
    void aNameSays(String name, Objective expected) throws Exception {
        graph.node("Identity", name, List.of("x"));
        assertThat(guess(name).objective()).isEqualTo(expected);
    }

    @Test
    void aSoftmaxIsOfClassesWhateverTheName() throws Exception {
        String soft = graph.node("Softmax", "soft", List.of("x"), attribute("axis", 1L));
        OutputGuess guess = guess(graph.node("Identity", "features", List.of(soft)));
        assertThat(guess.objective()).isEqualTo(Objective.CLASSES);
        assertThat(guess.reason()).contains("Softmax");
    }

    @Test
    void whatHasLengthOneIsAnEmbedding() throws Exception {
        String length = graph.node(
                "ReduceL2", "length", List.of("x"), longsAttribute("axes", List.of(1L)), attribute("keepdims", 1L));
        String guarded = graph.node("Max", "guarded", List.of(length, graph.floats("least", new float[] {1e-9f}, 1)));
        OutputGuess guess = guess(graph.node("Div", "output_0", List.of("x", guarded)));
        assertThat(guess.objective()).isEqualTo(Objective.EMBEDDING);
        assertThat(guess.reason()).contains("length 1");
    }

    @Test
    void aLengthMayBeSpelledOut() throws Exception {
        String square = graph.node("Mul", "square", List.of("x", "x"));
        String sum = graph.node("ReduceSum", "sum", List.of(square, graph.longs("axes", 1)), attribute("keepdims", 1L));
        String length = graph.node("Sqrt", "length", List.of(sum));
        assertThat(guess(graph.node("Div", "output_0", List.of("x", length))).objective())
                .isEqualTo(Objective.EMBEDDING);
    }

    @Test
    void aMeanIsNoLength() throws Exception {
        String count =
                graph.node("ReduceSum", "count", List.of("x", graph.longs("axes", 1)), attribute("keepdims", 1L));
        assertThat(guess(graph.node("Div", "output_0", List.of("x", count))).objective())
                .isEqualTo(Objective.CLASSES);
    }

    @Test
    void anOutputAsWideAsTheStateIsAnEmbedding() throws Exception {
        OnnxGraph renamed =
                OnnxGraph.extending(Protos.parse(SentenceEmbedding.attach(TinyBert.build(2), Pooling.MEAN)));
        renamed.node("Identity", "output_0", List.of(SentenceEmbedding.OUTPUT));
        renamed.clearOutputs();
        renamed.output("output_0", "batch", 16);
        OutputGuess guess = guess(OnnxModel.read(renamed.toBytes(Map.of())));
        assertThat(guess.objective()).isEqualTo(Objective.EMBEDDING);
        assertThat(guess.reason()).contains("as wide as the state");
    }
}
