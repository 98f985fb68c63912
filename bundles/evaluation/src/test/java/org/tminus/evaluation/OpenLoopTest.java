/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.evaluation.EvaluationResult.Paired;
import org.tminus.evaluation.EvaluationResult.Point;
import org.tminus.evaluation.EvaluationResult.Row;
import org.tminus.evaluation.EvaluationResult.Verdict;
import org.tminus.learning.data.TaskData;

class OpenLoopTest {
    private static final Path FASHION = Path.of("../../models/fashion-vit.tminus");
    private static final EvaluationOptions TABLES =
            EvaluationOptions.standard().withInputs(0, 0).withDraws(200, 0, 0).withShifts(List.of());

    private static EvaluationResult evaluate(Path model) throws EvaluationException {
        TaskData.Description description = new TaskData.Description("images", List.of(), "hash", "none", 1, Map.of());
        TaskData data = new TaskData(description, split -> new Images(120, split.ordinal()));
        return new Evaluation(model, data, TABLES).run(EvaluationProgress.NONE);
    }

    private static void corner(ArrayNode corners, String parameter, double value, double ratio, double quality) {
        corners.addObject().put(parameter, value).put("flopsRatio", ratio).put("quality", quality);
    }

    /** Two thresholds; and a classifier that takes the first path at a high price and the last at none. */
    private static void figures(ObjectNode model, int paths) {
        ObjectNode figures = (ObjectNode) model.at("/provenance/figures");
        figures.remove("openLoop");
        ObjectNode openLoop = figures.putObject("openLoop");
        corner(openLoop.putArray("budget"), "threshold", 0.3, 0.3, 0.5);
        corner((ArrayNode) openLoop.get("budget"), "threshold", 0.999, 0.9, 0.9);
        ObjectNode fitted = openLoop.putObject("fitted");
        int features = 2 * model.at("/predictor/classes").size();
        ArrayNode means = fitted.putArray("means");
        ArrayNode scales = fitted.putArray("scales");
        for (int i = 0; i < features; i++) {
            means.add(0.0);
            scales.add(0.0);
        }
        ArrayNode weights = fitted.putArray("weights");
        for (int path = 0; path < paths; path++) {
            ArrayNode line = weights.addArray().add(path == paths - 1 ? 4.0 : 0.0);
            for (int i = 0; i < features; i++) {
                line.add(0.0);
            }
        }
        // What training is said to have seen at the high price no test input confirms.
        corner(fitted.putArray("prices"), "price", 100, 0.2, 1);
        corner((ArrayNode) fitted.get("prices"), "price", 0.001, 1.1, 1.1);
    }

    @Test
    void whatReadsThePredictorIsChosenByTheFiguresOfTraining(@TempDir Path folder) throws Exception {
        EvaluationResult result = evaluate(ModelCopy.of(
                FASHION, folder, model -> figures(model, model.get("menu").size())));

        List<Point> curve = result.curves().stream()
                .filter(each -> each.name().equals("open loop by the predictor"))
                .findFirst()
                .orElseThrow()
                .points();
        // Mixtures of two settings are on one line, however many settings there could be between them.
        Point first = curve.get(0);
        Point last = curve.get(curve.size() - 1);
        double slope = (last.accuracy() - first.accuracy()) / (last.flopsRatio() - first.flopsRatio());
        assertThat(curve).hasSizeGreaterThan(3).allSatisfy(point -> assertThat(point.accuracy())
                .isCloseTo(first.accuracy() + slope * (point.flopsRatio() - first.flopsRatio()), within(1e-9)));
        Row chosen = result.rows().stream()
                .filter(row -> row.name().startsWith("open loop fitted to the predictor"))
                .findFirst()
                .orElseThrow();
        double cheapest = result.rows().stream()
                .filter(row -> row.kind().equals("static"))
                .mapToDouble(Row::flopsRatio)
                .min()
                .orElseThrow();
        assertThat(chosen.flopsRatio()).isBetween(cheapest, cheapest + 0.05);
        assertThat(result.paired()).noneMatch(Paired::inSample);
        assertThat(result.notes())
                .anyMatch(note -> note.contains("had not seen the input"))
                .noneMatch(note -> note.contains("chosen in sample"));
    }

    @Test
    void withoutTheseFiguresNobodyIsCalledBetterOrWorse(@TempDir Path folder) throws Exception {
        EvaluationResult result = evaluate(ModelCopy.of(
                FASHION, folder, model -> ((ObjectNode) model.at("/provenance/figures")).remove("openLoop")));

        List<Paired> marked = result.paired().stream().filter(Paired::inSample).toList();
        assertThat(marked)
                .extracting(Paired::b)
                .contains(
                        "open loop by the predictor, chosen in sample at equal cost",
                        "open loop fitted to the predictor, chosen in sample at equal cost")
                .doesNotContain("static hull at equal cost", "open loop fitted to features at equal cost");
        assertThat(marked).allMatch(each -> each.verdict() == Verdict.NONE);
        assertThat(result.paired())
                .filteredOn(each -> !each.inSample())
                .noneMatch(each -> each.b().contains("in sample"))
                .noneMatch(each -> each.verdict() == Verdict.NONE);
        assertThat(result.comparisons().made()).isEqualTo(result.paired().size());
        assertThat(result.comparisons().trainings()).isEqualTo(1);
        assertThat(result.comparisons().policySeeds()).isEqualTo(3);
        assertThat(result.curves())
                .anyMatch(each -> each.name().equals("open loop by the predictor, chosen in sample"));
        assertThat(result.notes()).anyMatch(note -> note.contains("weaker than they could be"));
        assertThat(result.oracleShareAtEqualQuality()).isPositive().isLessThanOrEqualTo(result.oracleShare());
    }

    @Test
    void figuresOfAnotherMenuAreRefused(@TempDir Path folder) throws Exception {
        Path other = ModelCopy.of(FASHION, folder, model -> figures(model, 2));

        assertThatThrownBy(() -> evaluate(other))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("2 paths");
    }

    @Test
    void learnedPointsAreChosenByTheFiguresOfTraining(@TempDir Path folder) throws Exception {
        String wanted = "lstm-ppo-open-economical";
        Path model = ModelCopy.of(FASHION, folder, description -> description
                .get("operatingPoints")
                .forEach(point -> {
                    if (point.get("name").asText().equals(wanted)) {
                        ((ObjectNode) point).put("flopsRatio", 0.01).put("accuracy", 0.99);
                    }
                }));

        assertThat(evaluate(model).headline().row()).isEqualTo(wanted);
        assertThat(evaluate(FASHION).headline().row()).isNotEqualTo(wanted);
    }
}
