/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.coordinator.internal.configuration.Config;
import org.tminus.evaluation.EvaluationResult.Paired;
import org.tminus.evaluation.EvaluationResult.Row;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.tasks.shift.Shift;

class EvaluationTest {
    private static final Path FASHION = Path.of("../../models/fashion-vit.tminus");
    private static final EvaluationOptions QUICK = EvaluationOptions.standard()
            .withInputs(20, 20)
            .withDraws(200, 20, 50)
            .withMemory(false)
            .withCommand("./tminus evaluate fashion-vit");

    private static TaskData sentences() {
        TaskData.Description description = new TaskData.Description(
                "sentences", List.of("a", "<b>", "c"), "hash", "none", 5, Map.of("release", "1"));
        return new TaskData(description, split -> new Sentences(150, TinyEncoder.CLASSES, split.ordinal()));
    }

    private static TaskData images() {
        TaskData.Description description = new TaskData.Description("images", List.of(), "hash", "none", 1, Map.of());
        return new TaskData(description, split -> new Images(120, split.ordinal()));
    }

    @Test
    void aModelWithLearnedPoliciesIsComparedWithAllBaselines(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        TaskData data = sentences();
        EvaluationResult result = new Evaluation(file, data, QUICK).run(EvaluationProgress.NONE);

        assertThat(result.rows())
                .extracting(Row::kind)
                .contains("full", "static", "random", "confidence", "lstm-ppo-open", "lstm-ppo-closed", "oracle")
                .doesNotContain("open-loop");
        assertThat(result.notes()).anyMatch(note -> note.contains("no complexity predictor"));
        assertThat(result.notes()).anyMatch(note -> note.contains("other data"));
        for (Row row : result.rows()) {
            assertThat(row.accuracyCi95().get(0)).isLessThanOrEqualTo(row.accuracy());
            assertThat(row.accuracyCi95().get(1)).isGreaterThanOrEqualTo(row.accuracy());
            boolean served = row.latencyMeanMs() != null;
            assertThat(served).isEqualTo(row.servedBy() != null);
            if (served) {
                assertThat(row.latencyP50Ms()).isPositive().isLessThanOrEqualTo(row.latencyP99Ms());
                assertThat(row.throughputPerSecond()).isPositive();
                assertThat(row.latencyRatio())
                        .isBetween(
                                row.latencyRatioCi95().get(0) - 1e-9,
                                row.latencyRatioCi95().get(1) + 1e-9);
            }
            if (row.tracedFlopsRatio() != null) {
                // The platform counts a step of the learned policies before every layer, the tables those that were
                // taken.
                double room = row.kind().startsWith("lstm") ? 0.2 : 1e-3;
                assertThat(row.tracedFlopsRatio())
                        .as(row.name())
                        .isBetween(row.timedFlopsRatio() - 1e-3, row.timedFlopsRatio() + room);
            }
            if (row.sameAnswers() != null) {
                assertThat(row.sameAnswers()).as(row.name()).isEqualTo(1.0);
            }
        }
        Row open = row(result, "lstm-ppo-open-half");
        assertThat(open.tracedFlopsRatio()).isPositive();
        assertThat(row(result, "full depth").agreement()).isEqualTo(1.0);
        assertThat(row(result, "full depth").flopsRatio()).isEqualTo(1.0);
        assertThat(row(result, "stable oracle").agreement()).isEqualTo(1.0);
        assertThat(row(result, "lucky oracle").flopsRatio())
                .isLessThanOrEqualTo(row(result, "stable oracle").flopsRatio());
        assertThat(result.paired())
                .extracting(Paired::a)
                .contains("lstm-ppo-open-half", "half (lstm-ppo-closed)", "random mixture of exits")
                .doesNotContain("full depth", "stable oracle", "lucky oracle");
        assertThat(result.paired())
                .filteredOn(each -> each.a().equals("lstm-ppo-open-half"))
                .extracting(Paired::b)
                .containsExactly(
                        "full depth",
                        "static hull at equal cost",
                        "early exit at equal cost",
                        "early exit with own thresholds at equal cost");
        for (Paired paired : result.paired()) {
            assertThat(paired.difference())
                    .isBetween(paired.ci95().get(0), paired.ci95().get(1));
            assertThat(paired.equalCost()).isEqualTo(paired.b().contains("equal cost"));
            if (paired.equalCost()) {
                assertThat(paired.flopsRatioB()).isLessThanOrEqualTo(Math.max(1, paired.flopsRatioA()) + 1e-9);
            }
            Row first = row(result, paired.a());
            if (paired.b().equals("full depth")) {
                assertThat(paired.difference())
                        .isCloseTo(first.accuracy() - row(result, "full depth").accuracy(), within(1e-9));
            }
        }
        assertThat(result.certificate().risk()).isEqualTo("disagreement");
        assertThat(result.certificate().certifiedIn500()).isBetween(0, 20);
        // Only the second is certified; both lost the same on the decision split, and the first costs more.
        assertThat(result.certificate().resplitPoints()).containsExactly("half", "lstm-ppo-open-half");
        assertThat(result.certificate().resplitInputs()).isEqualTo(300);
        assertThat(result.setting().testGroups()).isEqualTo(150);
        assertThat(result.certificate().violationsIn500())
                .isBetween(0, result.certificate().certifiedIn500());
        assertThat(result.certificate().simulatedViolationRate()).isBetween(0.0, 1.0);
        assertThat(result.ppo().seeds()).isEqualTo(3);
        assertThat(result.ppo().findings())
                .containsExactly(
                        new EvaluationResult.PolicyFinding("lstm-ppo-closed", 2, true, "ONE_PATH", "always: the first"),
                        new EvaluationResult.PolicyFinding("lstm-ppo-open", 1, false, "BUDGET_IGNORED", "spends: 0.4"));
        assertThat(result.ppo().decisionMicrosPerInput())
                .containsOnlyKeys("lstm-ppo-closed", "lstm-ppo-open")
                .allSatisfy((policy, micros) -> assertThat(micros).as(policy).isPositive());
        assertThat(names(result.json().get("predictor")))
                .contains("accuracy")
                .doesNotContain("microsPerInput", "microsPerInputInBatches", "shareOfFullDepthTime");
        assertThat(result.notes()).noneMatch(note -> note.contains("not timed"));
        assertThat(result.training()).hasSize(1);
        assertThat(result.oracleShare()).isNotNull();
        assertThat(result.depths().stream()
                        .mapToInt(EvaluationResult.Depths::inputs)
                        .sum())
                .isEqualTo(150);
        assertThat(result.examples()).isNotEmpty();

        assertThat(data.openings())
                .extracting(TaskData.Opening::split, TaskData.Opening::purpose)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Split.DECISION, Purpose.TRAINING),
                        org.assertj.core.groups.Tuple.tuple(Split.TEST, Purpose.REPORTING),
                        org.assertj.core.groups.Tuple.tuple(Split.CALIBRATION, Purpose.CERTIFYING));
    }

    @Test
    void inputsOfOneGroupAreNotTakenForIndependent(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        EvaluationOptions options = QUICK.withInputs(0, 0).withShifts(List.of());
        TaskData.Description description = sentences().description();
        TaskData grouped = new TaskData(
                description,
                split -> new GroupedSentences(new Sentences(150, TinyEncoder.CLASSES, split.ordinal()), 5));
        EvaluationResult result = new Evaluation(file, grouped, options).run(EvaluationProgress.NONE);
        EvaluationResult single = new Evaluation(file, sentences(), options).run(EvaluationProgress.NONE);

        assertThat(result.setting().test()).isEqualTo(150);
        assertThat(result.setting().testGroups()).isEqualTo(30);
        assertThat(result.certificate().resplitInputs()).isEqualTo(60);
        assertThat(result.notes()).anyMatch(note -> note.contains("150 test inputs belong to 30 groups"));
        assertThat(single.notes()).noneMatch(note -> note.contains("groups of near-copies"));
        assertThat(result.rows().get(0).accuracy())
                .isEqualTo(single.rows().get(0).accuracy());
        for (int i = 0; i < result.rows().size(); i++) {
            Row row = result.rows().get(i);
            assertThat(row.accuracy())
                    .isBetween(row.accuracyCi95().get(0), row.accuracyCi95().get(1));
            assertThat(row.accuracyCi95()).isNotEqualTo(single.rows().get(i).accuracyCi95());
        }
        assertThat(result.paired())
                .extracting(Paired::difference)
                .isEqualTo(single.paired().stream().map(Paired::difference).toList());
        assertThat(result.paired()).isNotEqualTo(single.paired());
    }

    @Test
    void theJsonHasTheNamesOfTheContract(@TempDir Path folder) throws Exception {
        EvaluationResult result = new Evaluation(
                        FASHION, images(), QUICK.withInputs(12, 0).withShifts(List.of(OTHERS)))
                .run(EvaluationProgress.NONE);
        Path file = folder.resolve("out/result.json");
        result.writeJson(file);
        JsonNode json = new ObjectMapper().readTree(file.toFile());

        for (JsonNode row : json.get("rows")) {
            for (String name : List.of(
                    "name",
                    "kind",
                    "accuracy",
                    "accuracyCi95",
                    "flopsPerInput",
                    "flopsRatio",
                    "latencyP50Ms",
                    "latencyMeanMs",
                    "latencyP99Ms",
                    "throughputPerSecond")) {
                assertThat(row.has(name)).as(name).isTrue();
            }
            assertThat(row.get("accuracy").asDouble()).isBetween(0.0, 1.0);
            assertThat(row.get("accuracyCi95")).hasSize(2);
            assertThat(row.get("throughputPerSecond").isNull()).isTrue();
            assertThat(List.of(
                            "full",
                            "static",
                            "random",
                            "confidence",
                            "open-loop",
                            "lstm-ppo-open",
                            "lstm-ppo-closed",
                            "oracle"))
                    .contains(row.get("kind").asText());
        }
        assertThat(kinds(json)).contains("open-loop", "lstm-ppo-open", "lstm-ppo-closed");
        assertThat(names(json.get("predictor"))).contains("accuracy", "ece", "underComputation");
        assertThat(json.at("/predictor/accuracy").asDouble()).isBetween(0.0, 1.0);
        double micros = json.at("/predictor/microsPerInput").asDouble();
        double fullMs = json.at("/rows/0/latencyMeanMs").asDouble();
        assertThat(json.at("/rows/0/kind").asText()).isEqualTo("full");
        assertThat(micros).isPositive();
        assertThat(json.at("/predictor/microsPerInputInBatches").asDouble()).isPositive();
        assertThat(json.at("/predictor/shareOfFullDepthTime").asDouble())
                .isCloseTo(micros / (1000 * fullMs), within(1e-9));
        assertThat(names(json.get("certificate")))
                .contains(
                        "risk",
                        "epsilon",
                        "delta",
                        "n",
                        "operatingPoints",
                        "violationsIn500",
                        "certifiedIn500",
                        "simulatedViolationRate");
        assertThat(names(json.get("ppo"))).contains("seeds", "rewardMean", "rewardSpread", "optimumGap", "findings");
        for (String value : List.of("optimum", "ppo", "bestFixedPath", "shareOfGain", "optimumPrice")) {
            assertThat(json.at("/ppo/" + value).isNumber()).as(value).isTrue();
        }
        assertThat(json.at("/ppo/shareOfGain").asDouble())
                .isCloseTo(
                        (json.at("/ppo/ppo").asDouble()
                                        - json.at("/ppo/bestFixedPath").asDouble())
                                / (json.at("/ppo/optimum").asDouble()
                                        - json.at("/ppo/bestFixedPath").asDouble()),
                        within(1e-6));
        assertThat(names(json.at("/predictor/cautious")))
                .containsExactly("underWeight", "underComputation", "overComputation");
        assertThat(names(json.at("/predictor/onStem")))
                .contains("accuracy", "ece", "rankCorrelation", "underComputation", "overComputation", "cautious");
        assertThat(json.at("/predictor/onStem/cautious/underComputation").asDouble())
                .isBetween(0.0, json.at("/predictor/onStem/underComputation").asDouble());
        assertThat(names(json.at("/predictor/outOfFold")))
                .contains("rankCorrelation")
                .doesNotContain("cautious");
        assertThat(names(json.at("/ppo/decisionMicrosPerInput"))).containsExactly("lstm-ppo-closed", "lstm-ppo-open");
        assertThat(json.at("/ppo/decisionMicrosPerInput/lstm-ppo-closed").asDouble())
                .isPositive();
        assertThat(names(json.at("/paired/0"))).contains("a", "b", "difference", "ci95");
        assertThat(names(json))
                .contains(
                        "oracleShare",
                        "oracleShareAtEqualQuality",
                        "comparisons",
                        "shift",
                        "difficultyRankCorrelation",
                        "notes",
                        "setting");
        assertThat(json.get("shift")).hasSize(2).allSatisfy(shift -> {
            assertThat(names(shift)).contains("name", "accuracyFull", "accuracyAdaptive", "certificate");
            assertThat(shift.get("certificate").asText()).isIn("held", "withdrawn");
            assertThat(shift.get("accuracyFull").asDouble()).isBetween(0.0, 1.0);
            assertThat(shift.get("operatingPoint").asText()).isEqualTo("balanced");
        });
        assertThat(json.at("/shift/0/name").asText()).isEqualTo("unshifted");
        assertThat(json.at("/shift/1/name").asText()).isEqualTo("others");
        Row watched = row(result, json.at("/certifiedDefault/row").asText());
        assertThat(watched.operatingPoint()).isEqualTo("balanced");
        assertThat(json.at("/shift/0/accuracyAdaptive").asDouble()).isEqualTo(watched.accuracy());
        assertThat(json.at("/shift/0/flopsRatio").asDouble()).isEqualTo(watched.flopsRatio());
        assertThat(json.at("/shift/0/accuracyFull").asDouble())
                .isEqualTo(row(result, "full depth").accuracy());
        assertThat(json.at("/shift/1/agreement").asDouble()).isNotEqualTo(watched.agreement());
        assertThat(json.at("/certifiedDefault/certified").asBoolean()).isTrue();
        assertThat(json.at("/headline/certified").isBoolean()).isTrue();
        assertThat(json.get("aims")).hasSizeGreaterThan(6).allSatisfy(aim -> assertThat(names(aim))
                .contains("aim", "target", "reached", "figure", "row"));
        assertThat(json.at("/certificate/plans/0/operatingPoint").asText()).isEqualTo("balanced");
        assertThat(json.at("/certificate/plans/0/n").asInt()).isEqualTo(120);
        assertThat(result.certificate().plans())
                .extracting(EvaluationResult.Plan::operatingPoint)
                .contains(result.certificate().resplitPoints().get(0));
        assertThat(json.at("/certificate/plans/0/certifiableEpsilon").asDouble())
                .isBetween(0.0, 1.0);
        assertThat(json.get("transfer")).isEmpty();
        assertThat(json.get("spending")).isEmpty();
        assertThat(json.at("/setting/plainSettings").asText())
                .contains("one thread")
                .contains("the process's pool");
        assertThat(json.get("oracleShare").isNumber()).isTrue();
        assertThat(json.at("/ppo/seeds").asInt()).isEqualTo(3);
        assertThat(json.at("/setting/command").asText()).isEqualTo("./tminus evaluate fashion-vit");
        assertThat(json.toString()).doesNotContain("NaN").doesNotContain("Infinity");
        List<String> notes = new ArrayList<>();
        json.get("notes").forEach(note -> notes.add(note.asText()));
        assertThat(notes)
                .anyMatch(note -> note.contains("Throughput was not measured"))
                .anyMatch(note -> note.contains("Peak memory was not measured"))
                .noneMatch(note -> note.contains("no learned policy") || note.contains("no certificate"));
    }

    @Test
    void rowsSayWhatIsCertifiedAndWhatWatchingCosts() throws Exception {
        EvaluationResult result =
                new Evaluation(FASHION, images(), QUICK.withInputs(0, 0)).run(EvaluationProgress.NONE);
        List<String> certified = result.certificate().operatingPoints();

        assertThat(result.rows()).allSatisfy(row -> {
            String point = row.operatingPoint();
            assertThat(row.certified()).isEqualTo(point == null ? null : (Boolean) certified.contains(point));
            assertThat(row.shadowFlopsRatio() != null).isEqualTo(Boolean.TRUE.equals(row.certified()));
        });
        assertThat(result.rows())
                .extracting(Row::name)
                .contains("certified operating point careful", "certified operating point confidence-balanced")
                .doesNotContain("certified operating point confidence-careful");
        assertThat(row(result, "frugal (lstm-ppo-closed)").certified()).isFalse();
        Row standard = row(result, result.certifiedDefault().row());
        assertThat(standard.shadowFlopsRatio()).isBetween(0.01, 1.0);
        assertThat(result.headline().certified())
                .isEqualTo(certified.contains(result.headline().operatingPoint()));
        // What the note calls the platform's default.
        assertThat(Config.class.getMethod("shadowShare").getDefaultValue()).isEqualTo("0");
        assertThat(result.notes())
                .filteredOn(note -> note.contains("without shadow runs"))
                .singleElement()
                .asString()
                .contains("By default it runs none (shadowShare=0)")
                .contains(String.format(
                        java.util.Locale.ROOT,
                        "'%s' would come to %.2f %%",
                        standard.name(),
                        100 * standard.flopsRatio() + standard.shadowFlopsRatio()));
    }

    @Test
    void withoutACertificateNothingIsHeldOrWithdrawn(@TempDir Path folder) throws Exception {
        Path file = ModelCopy.of(TinyModelFile.write(folder), folder, model -> model.remove("certificate"));
        EvaluationOptions options = QUICK.withInputs(0, 0).withShifts(List.of(new HalfOfThem()));
        EvaluationResult result = new Evaluation(file, sentences(), options).run(EvaluationProgress.NONE);

        assertThat(result.shift())
                .extracting(EvaluationResult.ShiftOutcome::name)
                .containsExactly("unshifted", "half");
        assertThat(result.shift())
                .allSatisfy(shift -> assertThat(shift.certificate()).isNull());
        assertThat(result.json().at("/shift/0/certificate").isNull()).isTrue();
        assertThat(result.notes())
                .anyMatch(note -> note.contains("neither held nor withdrawn: the model brings no certificate"))
                .noneMatch(note -> note.contains("shadow runs"));
        assertThat(result.certifiedDefault()).isNull();
        assertThat(result.headline().certified()).isFalse();
        assertThat(result.rows()).noneMatch(row -> Boolean.TRUE.equals(row.certified()));
    }

    /** Other pictures. */
    private static final Shift OTHERS = new Shift() {
        @Override
        public String name() {
            return "others";
        }

        @Override
        public boolean fits(Examples examples) {
            return examples instanceof Images;
        }

        @Override
        public Examples apply(Examples examples) {
            return new Images(examples.size(), 77);
        }
    };

    /** Fewer sentences. */
    private record HalfOfThem() implements Shift {
        @Override
        public String name() {
            return "half";
        }

        @Override
        public boolean fits(Examples examples) {
            return true;
        }

        @Override
        public Examples apply(Examples examples) {
            return new Sentences(examples.size() / 2, TinyEncoder.CLASSES, 77);
        }
    }

    @Test
    void theSameSeedGivesTheSameFigures(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        EvaluationOptions options = QUICK.withInputs(0, 0);
        EvaluationResult first = new Evaluation(file, sentences(), options).run(EvaluationProgress.NONE);
        AdaptiveModel extracted;
        try (ModelPackage opened = ModelPackage.open(file)) {
            extracted = opened.extract(folder.resolve("extracted"));
        }
        EvaluationResult second = new Evaluation(extracted, sentences(), options).run(EvaluationProgress.NONE);

        assertThat(folder.resolve("extracted/model.onnx"))
                .as("what was extracted already stays")
                .exists();
        assertThat(second.paired()).isEqualTo(first.paired());
        assertThat(second.rows()).isEqualTo(first.rows());
        assertThat(second.certificate()).isEqualTo(first.certificate());
        assertThat(names(first.json().get("ppo"))).contains("seeds").doesNotContain("decisionMicrosPerInput");
    }

    @Test
    void policiesOfAnotherModelAreTriedOrSaidNotToFit(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        EvaluationOptions options = QUICK.withInputs(0, 0).withShifts(List.of()).withTransfer(file);
        EvaluationResult same = new Evaluation(file, sentences(), options).run(EvaluationProgress.NONE);

        assertThat(same.transfer()).hasSize(2).allSatisfy(each -> {
            assertThat(each.reason()).isNull();
            assertThat(each.adapted()).isEmpty();
            assertThat(each.flopsRatio())
                    .isEqualTo(same.rows().stream()
                            .filter(row -> each.operatingPoint().equals(row.operatingPoint()))
                            .findFirst()
                            .orElseThrow()
                            .flopsRatio());
            // The model's own policy has this point, and nothing else at this cost.
            assertThat(each.differenceToOwn()).isZero();
            assertThat(each.differenceToOwnCi95()).containsExactly(0.0, 0.0);
            assertThat(each.ownFlopsRatio()).isEqualTo(each.flopsRatio());
        });
        EvaluationResult other = new Evaluation(FASHION, images(), options).run(EvaluationProgress.NONE);
        assertThat(other.transfer()).isNotEmpty().allSatisfy(each -> {
            assertThat(each.reason()).contains("layers");
            assertThat(each.flopsRatio()).isNull();
        });
    }

    @Test
    void memoryIsMeasuredInProcessesOfTheirOwn(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        EvaluationOptions options =
                QUICK.withInputs(5, 0).withDraws(200, 0, 0).withMemory(true).withShifts(List.of());
        EvaluationResult result = new Evaluation(file, sentences(), options).run(EvaluationProgress.NONE);

        if (java.nio.file.Files.isReadable(Path.of("/proc/self/status"))) {
            assertThat(result.memory().fullMiB()).isPositive();
            assertThat(result.memory().adaptiveMiB()).isPositive();
            assertThat(result.memory().ways()).extracting(MemoryOfWay::way).contains("full depth");
            assertThat(result.memory().ways()).allSatisfy(each -> {
                assertThat(each.weightsMiB()).isPositive();
                assertThat(each.weightsMiB()
                                + each.activationsMiB()
                                + each.arenaMiB()
                                + each.javaMiB()
                                + each.loadingMiB())
                        .isCloseTo(each.peakMiB(), within(1e-6));
            });
        } else {
            assertThat(result.notes()).anyMatch(note -> note.contains("Peak memory of"));
        }
    }

    @Test
    void itStopsWhenAsked(@TempDir Path folder) throws Exception {
        Path file = TinyModelFile.write(folder);
        EvaluationProgress stop = new EvaluationProgress() {
            @Override
            public void at(String step, long done, long total) {}

            @Override
            public boolean isCancelled() {
                return true;
            }
        };
        assertThatThrownBy(() -> new Evaluation(file, sentences(), QUICK).run(stop))
                .isInstanceOf(CancellationException.class);
    }

    @Test
    void dataOfAnotherTaskIsRefused() {
        TaskData.Description description = new TaskData.Description("other", List.of(), "hash", "none", 1, Map.of());
        TaskData other = new TaskData(description, split -> new Sentences(10, 3, 1));
        assertThatThrownBy(() -> new Evaluation(FASHION, other, QUICK).run(EvaluationProgress.NONE))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("pixels");
        TaskData empty = new TaskData(description, split -> new Images(0, 1));
        assertThatThrownBy(() -> new Evaluation(FASHION, empty, QUICK).run(EvaluationProgress.NONE))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("empty");
    }

    private static Row row(EvaluationResult result, String name) {
        return result.rows().stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> kinds(JsonNode json) {
        List<String> kinds = new ArrayList<>();
        json.get("rows").forEach(row -> kinds.add(row.get("kind").asText()));
        return kinds;
    }
}
