/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.evaluation.EvaluationResult.Row;
import org.tminus.learning.data.TaskData;
import org.tminus.learning.outcome.MenuPath;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.learning.outcome.PathTrie;

class EmbeddingsTest {
    private static final double KEPT = 0.9;

    @Test
    void anAnswerIsKeptWhereItPointsAsFullDepthDoes() throws Exception {
        PathTrie trie = PathTrie.of(
                List.of(
                        MenuPath.prefix(1),
                        new MenuPath(List.of(0, 2), 2),
                        new MenuPath(List.of(0, 2, 3), 3),
                        MenuPath.prefix(4)),
                TinyEncoder.LAYERS);
        EmbeddedSentences examples = new EmbeddedSentences(new Sentences(50, 1, 5), KEPT);
        Map<Integer, float[][]> seen = new HashMap<>();
        Outcomes outcomes;
        Outcomes classes;
        try (OutcomeRunner runner = new OutcomeRunner(TinyEncoder.parts(3, 1), trie)) {
            outcomes = runner.run(examples, 7, EvaluationProgress.NONE);
            classes = runner.run(examples.examples(), 7, EvaluationProgress.NONE);
            runner.visit(
                    examples,
                    1,
                    EvaluationProgress.NONE,
                    (node, rows, values) ->
                            seen.computeIfAbsent(node, unseen -> new float[50][])[rows[0]] = values.clone());
        }
        int kept = 0;
        int otherThanBefore = 0;
        for (int path = 0; path < 3; path++) {
            int node = trie.end(path).index();
            for (int row = 0; row < 50; row++) {
                double cosine = cosine(seen.get(node)[row], seen.get(outcomes.fullDepthNode())[row]);
                if (Math.abs(cosine - KEPT) > 1e-3) {
                    assertThat(outcomes.agrees(path, row)).isEqualTo(cosine >= KEPT);
                }
                kept += outcomes.agrees(path, row) ? 1 : 0;
                // What a policy sees is what it would see of any other output.
                assertThat(outcomes.observation(node, row, 0)).isEqualTo(classes.observation(node, row, 0));
                assertThat(outcomes.shown(node, row)).isEqualTo(classes.answer(node, row));
                for (int before : new int[] {0, trie.end(0).index(), trie.end(1).index()}) {
                    assertThat(outcomes.unchanged(node, before, row)).isEqualTo(classes.unchanged(node, before, row));
                }
                float sinceFirst = outcomes.unchanged(node, trie.end(0).index(), row);
                otherThanBefore += path == 2 && sinceFirst != outcomes.observation(node, row, 3) ? 1 : 0;
            }
        }
        assertThat(kept).isBetween(1, 149);
        assertThat(otherThanBefore)
                .as("answers that compare otherwise with the first exit than with the one before")
                .isPositive();
        assertThat(outcomes.isLabelled()).isFalse();
        assertThat(outcomes.comparesAnswers()).isFalse();
        assertThat(IntStream.range(0, 50)).allMatch(row -> outcomes.agrees(3, row));
    }

    @Test
    void neighboursAreTheNearestOthers() {
        Random random = new Random(4);
        float[][] corpus = new float[200][6];
        for (float[] vector : corpus) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) random.nextGaussian();
            }
        }
        Neighbours neighbours = new Neighbours(corpus);
        for (int query : new int[] {0, 7, 199}) {
            int[] expected = IntStream.range(0, 200)
                    .filter(row -> row != query)
                    .boxed()
                    .sorted(Comparator.comparingDouble(row -> -product(corpus[row], corpus[query])))
                    .limit(10)
                    .mapToInt(Integer::intValue)
                    .toArray();
            assertThat(neighbours.nearest(corpus[query], query, 10)).containsExactly(expected);
        }
        assertThat(neighbours.nearest(corpus[3], -1, 500)).hasSize(200);
        assertThat(new Neighbours(new float[][] {corpus[0]}).nearest(corpus[0], 0, 10))
                .isEmpty();
    }

    @Test
    void aModelOfEmbeddingsIsReportedByFidelity(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        TaskData.Description description =
                new TaskData.Description("embedding", List.of(), "hash", "none", 5, Map.of());
        TaskData data =
                new TaskData(description, split -> new EmbeddedSentences(new Sentences(150, 1, split.ordinal()), KEPT));
        EvaluationOptions options = EvaluationOptions.standard()
                .withInputs(10, 0)
                .withDraws(200, 10, 50)
                .withMemory(false);
        EvaluationResult result = new Evaluation(file, data, options).run(EvaluationProgress.NONE);

        assertThat(result.embedding()).isEqualTo(new EvaluationResult.Embedding(KEPT, 150, 150));
        for (Row row : result.rows()) {
            assertThat(row.accuracy()).isNull();
            assertThat(row.sameAnswers()).isNull();
            assertThat(row.meanCosine()).as(row.name()).isBetween(-1.0, 1.0 + 1e-6);
            assertThat(row.recallAt10()).as(row.name()).isBetween(0.0, 1.0);
        }
        Row full = result.rows().get(0);
        assertThat(full.meanCosine()).isCloseTo(1, within(1e-6));
        assertThat(full.recallAt10()).isEqualTo(1.0);
        Row shallow = result.rows().stream()
                .filter(row -> row.name().equals("own exit.1"))
                .findFirst()
                .orElseThrow();
        assertThat(shallow.meanCosine()).isLessThan(full.meanCosine());
        assertThat(shallow.recallAt10()).isLessThan(1);
        assertThat(result.paired()).allMatch(each -> each.measure().equals("agreement"));
        Path page = folder.resolve("page.html");
        result.writeHtml(page);
        assertThat(page).content().contains("Recall@10").contains("as full depth");
    }

    @Test
    void separatelyTrainedEmbeddingsAreComparedByDirection(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        // The whole model once more, and one of other weights.
        Path statics = java.nio.file.Files.createDirectories(folder.resolve("statics"));
        java.nio.file.Files.write(statics.resolve("tiny-static-4.onnx"), TinyEncoder.model(3, 1));
        java.nio.file.Files.write(statics.resolve("tiny-static-9.onnx"), TinyEncoder.model(9, 1));
        TaskData.Description description =
                new TaskData.Description("embedding", List.of(), "hash", "none", 5, Map.of());
        TaskData data =
                new TaskData(description, split -> new EmbeddedSentences(new Sentences(60, 1, split.ordinal()), KEPT));
        EvaluationOptions options = EvaluationOptions.standard()
                .withInputs(0, 0)
                .withDraws(200, 0, 0)
                .withShifts(List.of())
                .withStaticModels(statics);
        Map<String, Double> agreement = new HashMap<>();
        new Evaluation(file, data, options)
                .run(EvaluationProgress.NONE)
                .rows()
                .forEach(row -> agreement.put(row.name(), row.agreement()));

        assertThat(agreement.get("tiny-static-4")).isEqualTo(1.0);
        assertThat(agreement.get("tiny-static-9")).isLessThan(1);
    }

    private static double product(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private static double cosine(float[] a, float[] b) {
        return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
    }
}
