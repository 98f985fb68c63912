/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.evaluation.ort.OrtGraph;
import org.tminus.evaluation.ort.OrtTensors;
import org.tminus.learning.data.Examples;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxModel;
import org.tminus.onnx.PathGraphs;
import org.tminus.onnx.PathSpec;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimes;

class OutcomeRunnerTest {
    private static final List<MenuPath> MENU = List.of(
            MenuPath.prefix(1),
            new MenuPath(List.of(0, 2), 2),
            MenuPath.prefix(3),
            new MenuPath(List.of(0, 1, 3), 3),
            MenuPath.prefix(4));

    private final OnnxRuntime runtime = OnnxRuntimes.standalone();

    @Test
    void everyPathAnswersAsItsComposedGraphDoes() throws Exception {
        AdaptiveParts parts = TinyEncoder.parts(3, 1);
        PathTrie trie = PathTrie.of(MENU, TinyEncoder.LAYERS);
        Sentences sentences = new Sentences(60, TinyEncoder.CLASSES, 5);
        Outcomes outcomes;
        try (OutcomeRunner runner = new OutcomeRunner(parts, trie)) {
            outcomes = runner.run(sentences, 7, EvaluationProgress.NONE);
        }

        PathGraphs graphs = PathGraphs.of(parts.model(), parts.exitsFile());
        int different = 0;
        for (int path = 0; path < MENU.size(); path++) {
            MenuPath menuPath = MENU.get(path);
            PathSpec spec = new PathSpec(
                    parts.stemOutput(),
                    parts.sideValues(),
                    menuPath.layers().stream().map(parts.layers()::get).toList(),
                    parts.exit(menuPath.exit()));
            try (OrtGraph whole = OrtGraph.of(runtime, "a path", graphs.compose(spec), null)) {
                for (int row = 0; row < sentences.size(); row++) {
                    double[] shares = softmax(scores(whole, sentences, row, "logits"));
                    int answer = outcomes.pathAnswer(path, row);
                    int node = trie.end(path).index();
                    assertThat(shares[answer]).isCloseTo(max(shares), within(1e-5));
                    assertThat(outcomes.confidence(node, row)).isCloseTo((float) max(shares), within(1e-4f));
                    different += answer != outcomes.pathAnswer(4, row) ? 1 : 0;
                }
            }
        }
        assertThat(different)
                .as("paths that answer differently than full depth")
                .isPositive();
        assertThat(outcomes.classes()).isEqualTo(TinyEncoder.CLASSES);
        assertThat(outcomes.length(3)).isEqualTo(sentences.length(3));
        assertThat(outcomes.truth(3)).isEqualTo(sentences.label(3));
    }

    @Test
    void observationsAreThoseOfTheScores() throws Exception {
        PathTrie trie = PathTrie.of(List.of(MenuPath.prefix(1), MenuPath.prefix(4)), TinyEncoder.LAYERS);
        Sentences sentences = new Sentences(20, TinyEncoder.CLASSES, 8);
        List<double[]> seen = new ArrayList<>();
        Outcomes outcomes;
        try (OutcomeRunner runner = new OutcomeRunner(TinyEncoder.parts(3, 1), trie)) {
            outcomes = runner.run(sentences);
            runner.visit(sentences, 1, EvaluationProgress.NONE, (node, rows, values) -> {
                if (node == 1) {
                    double[] shares = softmax(values);
                    seen.add(new double[] {rows[0], max(shares), entropy(shares)});
                }
            });
        }
        assertThat(seen).hasSize(20);
        for (double[] each : seen) {
            int row = (int) each[0];
            assertThat(outcomes.observation(1, row, 0)).isCloseTo((float) each[1], within(1e-4f));
            assertThat(outcomes.observation(1, row, 2))
                    .isCloseTo((float) (each[2] / Math.log(TinyEncoder.CLASSES)), within(1e-4f));
            assertThat(outcomes.observation(1, row, 3)).isZero();
            // The second layer has no exit: the third compares with the first.
            assertThat(outcomes.observation(3, row, 3))
                    .isEqualTo(outcomes.answer(3, row) == outcomes.answer(1, row) ? 1f : 0f);
        }
    }

    @Test
    void costsOfAllPartsAreTheCostOfTheWhole() throws Exception {
        OnnxModel model = OnnxModel.read(TinyEncoder.model(3, 1));
        GraphAnalysis analysis = GraphAnalysis.analyze(model);
        AdaptiveParts parts = TinyEncoder.parts(3, 1);

        assertThat(parts.costs().fullDepth(TinyEncoder.LAYERS, 9))
                .isCloseTo(analysis.total().flops().at(9), within(1.0));
        assertThat(parts.costs().exit(0, 9)).isPositive();
        assertThat(parts.costs().predictor(9)).isZero();
    }

    @Test
    void aModelFileAnswersAsItsOwnGraphDoes(@TempDir Path folder) throws Exception {
        Images images = new Images(150, 4);
        try (ModelPackage file = ModelPackage.open(Path.of("../../models/fashion-vit.tminus"))) {
            AdaptiveModel model = file.extract(folder.resolve("model"));
            AdaptiveParts parts = AdaptiveParts.of(model);
            PathTrie trie = AdaptiveParts.menu(model);
            try (OutcomeRunner runner = new OutcomeRunner(parts, trie);
                    OrtGraph whole = OrtGraph.of(
                            runtime, "the model", model.file("model.onnx").orElseThrow())) {
                Outcomes outcomes = runner.run(images);
                int different = 0;
                for (int row = 0; row < images.size(); row++) {
                    double[] shares = softmax(scores(whole, images, row, "logits"));
                    assertThat(shares[outcomes.answer(outcomes.fullDepthNode(), row)])
                            .isCloseTo(max(shares), within(1e-4));
                    assertThat(outcomes.confidence(outcomes.fullDepthNode(), row))
                            .isCloseTo((float) max(shares), within(1e-3f));
                    different += outcomes.agrees(0, row) ? 0 : 1;
                }
                assertThat(different).isPositive();
                assertThat(outcomes.fullDepthFlops(0))
                        .isEqualTo(model.cost(model.fullDepth()).flops(0));
                assertThat(outcomes.costs().predictor(0)).isPositive().isLessThan(0.01 * outcomes.fullDepthFlops(0));
            }
        }
    }

    @Test
    void aScoreThatIsNotFiniteIsAnError() throws Exception {
        PathTrie trie = PathTrie.of(List.of(MenuPath.prefix(1), MenuPath.prefix(4)), TinyEncoder.LAYERS);
        try (OutcomeRunner runner = new OutcomeRunner(TinyEncoder.parts(3, Float.NaN), trie)) {
            assertThatThrownBy(() -> runner.run(new Sentences(5, 3, 1)))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("after layer 2")
                    .hasMessageContaining("NaN");
        }
    }

    @Test
    void aLabelThatIsNoClassIsAnError() throws Exception {
        PathTrie trie = PathTrie.of(List.of(MenuPath.prefix(4)), TinyEncoder.LAYERS);
        try (OutcomeRunner runner = new OutcomeRunner(TinyEncoder.parts(3, 1), trie)) {
            assertThatThrownBy(() -> runner.run(new Sentences(50, 9, 1)))
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageContaining("3 classes");
        }
    }

    @Test
    void aPathWithoutAnExitIsAnError() throws Exception {
        AdaptiveParts parts = TinyEncoder.parts(3, 1);
        PathTrie trie = PathTrie.of(List.of(MenuPath.prefix(2), MenuPath.prefix(4)), TinyEncoder.LAYERS);
        assertThatThrownBy(() -> new OutcomeRunner(parts, trie))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("no exit");
    }

    @Test
    void itStopsBetweenBatches() throws Exception {
        PathTrie trie = PathTrie.of(List.of(MenuPath.prefix(4)), TinyEncoder.LAYERS);
        List<Long> heard = new ArrayList<>();
        EvaluationProgress progress = new EvaluationProgress() {
            @Override
            public void at(String step, long done, long total) {
                heard.add(done);
            }

            @Override
            public boolean isCancelled() {
                return heard.size() == 2;
            }
        };
        try (OutcomeRunner runner = new OutcomeRunner(TinyEncoder.parts(3, 1), trie)) {
            assertThatThrownBy(() -> runner.run(new Sentences(50, 3, 1), 10, progress))
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("stopped while running every path");
        }
        assertThat(heard).containsExactly(10L, 20L);
    }

    private float[] scores(OrtGraph graph, Examples examples, int row, String output) throws Exception {
        Map<String, OnnxTensor> values = OrtTensors.of(runtime.environment(), examples.inputs(new int[] {row}));
        try (OrtSession.Result result = graph.run(values)) {
            return graph.floats(result, output, 1);
        } finally {
            values.values().forEach(OnnxTensor::close);
        }
    }

    private static double[] softmax(float[] scores) {
        double[] shares = new double[scores.length];
        double sum = 0;
        for (float score : scores) {
            sum += Math.exp(score);
        }
        for (int k = 0; k < shares.length; k++) {
            shares[k] = Math.exp(scores[k]) / sum;
        }
        return shares;
    }

    private static double max(double[] shares) {
        return java.util.Arrays.stream(shares).max().orElseThrow();
    }

    private static double entropy(double[] shares) {
        return -java.util.Arrays.stream(shares).map(p -> p * Math.log(p)).sum();
    }
}
