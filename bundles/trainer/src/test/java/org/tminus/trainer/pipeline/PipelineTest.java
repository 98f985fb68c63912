/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.certificate.Candidate;
import org.tminus.evaluation.AdaptiveParts;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.ForwardingExamples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.OnnxModel;
import org.tminus.tasks.PointerChase;
import org.tminus.tasks.SplitSizes;
import org.tminus.trainer.Progress;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.graph.GraphOptions;
import org.tminus.trainer.graph.Precision;
import org.tminus.trainer.graph.TransformerConfig;
import org.tminus.trainer.pack.ModelGraphs;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PipelineTest {
    private static final TransformerConfig SMALL =
            new TransformerConfig(3, 16, 2, 32, Recipes.pointerTables(), PointerChase.NODES, 1);
    private static final GraphOptions TRUNK = GraphOptions.of(2, 100, 1);

    private Path folder;
    private TaskData data;
    private Pipeline.Result result;
    private AdaptiveModel model;
    private JsonNode description;

    @BeforeAll
    void train(@TempDir Path temporary) throws Exception {
        folder = temporary;
        data = PointerChase.generate(1, new SplitSizes(3000, 600, 900, 100));
        result = run("work", "first", ProgressListener.NONE);
        try (ModelPackage file = ModelPackage.open(result.model())) {
            model = file.extract(folder.resolve("extracted"));
        }
        description = new ObjectMapper()
                .readTree(folder.resolve("extracted/model.json").toFile());
    }

    private Pipeline.Result run(String work, String name, ProgressListener listener) throws IOException {
        Pipeline.Result made = Pipeline.run(recipe(), options(work, name), listener, () -> false);
        assertThat(made).isNotNull();
        return made;
    }

    private Recipe recipe() throws IOException {
        return Recipes.pointerChase(data, SMALL, TRUNK, Recipes.Choices.standard(1));
    }

    private PipelineOptions options(String work, String name) {
        return new PipelineOptions(
                folder.resolve(name + ".tminus"),
                folder.resolve(work),
                "./tminus train pointer-chase",
                1,
                new PolicyEffort(2, 3));
    }

    @Test
    void writesAModelThatServingAccepts() throws Exception {
        assertThat(model.name()).isEqualTo("pointer-chase");
        assertThat(model.layers()).hasSize(3);
        assertThat(model.exits()).hasSize(3);
        assertThat(model.menu()).isNotEmpty();
        assertThat(model.labels()).hasSize(PointerChase.NODES);
        assertThat(model.predictor().orElseThrow().features()).isEqualTo("values-v1");
        assertThat(model.operatingPoints())
                .extracting(OperatingPoint::name)
                .contains("careful", "balanced", "economical", "frugal", "fixed-careful");
        List<String> certified = model.certificate()
                .map(certificate -> List.copyOf(certificate.operatingPoints()))
                .orElse(List.of(DefaultPoint.FULL_DEPTH));
        assertThat(model.defaultOperatingPoint().orElseThrow().name())
                .isIn(certified)
                .isEqualTo(result.inForce());
        assertThat(model.policies()).hasSize(2);
        assertThat(AdaptiveParts.menu(model).menu()).hasSameSizeAs(model.menu());
    }

    @Test
    void operatingPointsKeepWhatTheyPromise() {
        double full = result.fullDepthAccuracy();
        result.points().forEach(point -> {
            String level = point.name().substring(point.name().lastIndexOf('-') + 1);
            double loss = Map.of("careful", 0.0, "balanced", 0.002, "economical", 0.01, "frugal", 0.03)
                    .get(level);
            assertThat(point.accuracy()).as(point.name()).isGreaterThanOrEqualTo(full - loss - 1e-9);
        });
    }

    @Test
    void saysHowItWasMadeAndWhatCameOut() {
        JsonNode provenance = description.get("provenance");
        assertThat(provenance.get("command").asText()).isEqualTo("./tminus train pointer-chase");
        assertThat(provenance.get("data").get("sha256").asText())
                .isEqualTo(data.description().sha256());
        JsonNode figures = provenance.get("figures");
        assertThat(figures.get("oracle").get("stableFlopsRatio").asDouble()).isBetween(0.0, 1.0);
        assertThat(figures.get("predictor").get("ece").asDouble()).isBetween(0.0, 0.3);
        assertThat(figures.get("predictorOnStem").get("accuracy").asDouble()).isBetween(0.1, 1.0);
        assertThat(figures.get("ppo").get("seeds").asInt()).isEqualTo(2);
        assertThat(figures.get("ppo").get("curves")).hasSize(4);
        assertThat(figures.get("certification").asText()).isNotBlank();
        assertThat(figures.get("calibrationLooks").asInt()).isOne();
        assertThat(figures.get("certificationOrder")).hasSize((int) model.operatingPoints().stream()
                .filter(point -> Candidate.isTested(point.policy()))
                .count());
    }

    @Test
    void saysWhatTheSimpleRulesOfThePredictorDidOnTheDecisionSplit() {
        JsonNode rules = description.get("provenance").get("figures").get("openLoop");
        assertThat(isUpperHull(rules.get("budget"), "threshold")).isTrue();
        JsonNode fitted = rules.get("fitted");
        assertThat(isUpperHull(fitted.get("prices"), "price")).isTrue();
        int classes = model.predictor().orElseThrow().classes().size();
        assertThat(fitted.get("means")).hasSize(2 * classes);
        assertThat(fitted.get("scales")).hasSize(2 * classes);
        assertThat(fitted.get("weights")).hasSameSizeAs(model.menu());
        assertThat(fitted.get("weights")).allSatisfy(path -> assertThat(path).hasSize(2 * classes + 1));
    }

    /** Each corner costs more and is better than the one before, at a lower gain per cost. */
    private static boolean isUpperHull(JsonNode corners, String parameter) {
        double slope = Double.POSITIVE_INFINITY;
        for (int i = 0; i < corners.size(); i++) {
            JsonNode corner = corners.get(i);
            if (!corner.get(parameter).isNumber()
                    || !corner.get("quality").isNumber()
                    || !corner.get("flopsRatio").isNumber()) {
                return false;
            }
            if (i > 0) {
                double cost = corner.get("flopsRatio").asDouble()
                        - corners.get(i - 1).get("flopsRatio").asDouble();
                double gain = corner.get("quality").asDouble()
                        - corners.get(i - 1).get("quality").asDouble();
                if (cost <= 0 || gain <= 0 || gain / cost >= slope) {
                    return false;
                }
                slope = gain / cost;
            }
        }
        return !corners.isEmpty();
    }

    @Test
    void aFinishedStageIsNotRepeated() throws IOException {
        List<String> stages = new ArrayList<>();
        Pipeline.Result again = run("work", "again", new ProgressListener() {
            @Override
            public void progress(Progress progress) {
                stages.add(progress.stage());
            }

            @Override
            public void message(String text) {}
        });
        assertThat(stages).isEmpty();
        assertThat(again.model()).hasSameBinaryContentAs(result.model());
    }

    @Test
    void aRunThatIsStoppedGoesOnAndEndsWithTheSameModel() throws IOException {
        int stops = 0;
        Pipeline.Result made = null;
        while (made == null) {
            // The first question is answered with no, so that each attempt gets on by a step at least.
            int[] asked = {0};
            int patience = 15 + 40 * stops;
            made = Pipeline.run(
                    recipe(), options("stopped", "stopped"), ProgressListener.NONE, () -> ++asked[0] > patience);
            stops++;
            assertThat(stops).isLessThan(50);
        }
        assertThat(stops).isGreaterThan(2);
        assertThat(made.model()).hasSameBinaryContentAs(result.model());
    }

    @Test
    void weightsCanBeKeptAndAllElseDecidedAnew() throws Exception {
        Recipes.Choices kept = new Recipes.Choices(null, "", null, 1, 0, 2, Precision.FLOAT32, result.model());
        Recipe recipe = Recipes.pointerChase(data, SMALL, TRUNK, kept);
        PipelineOptions options = new PipelineOptions(
                folder.resolve("kept.tminus"), folder.resolve("kept"), "./tminus", 1, PolicyEffort.NONE);
        Pipeline.Result made = Pipeline.run(recipe, options, ProgressListener.NONE, () -> false);
        assertThat(made).isNotNull();
        try (ModelPackage file = ModelPackage.open(made.model())) {
            AdaptiveModel other = file.extract(folder.resolve("kept-extracted"));
            assertThat(other.policies()).isEmpty();
            assertThat(Files.readAllBytes(other.file("exits.onnx").orElseThrow()))
                    .isEqualTo(Files.readAllBytes(model.file("exits.onnx").orElseThrow()));
            assertThat(Files.readAllBytes(other.file("model.onnx.data").orElseThrow()))
                    .isEqualTo(Files.readAllBytes(model.file("model.onnx.data").orElseThrow()));
        }
    }

    @Test
    void ofInputsThatBelongTogetherOneCounts() throws IOException {
        Purpose[] purposes = {Purpose.TRAINING, Purpose.CERTIFYING};
        TaskData threes = new TaskData(
                data.description(),
                split -> new InThrees(data.accessFor(purposes[split == Split.CALIBRATION ? 1 : 0])
                        .open(split)));
        Recipes.Choices kept = new Recipes.Choices(null, "", null, 1, 0, 2, Precision.FLOAT32, result.model());
        PipelineOptions options = new PipelineOptions(
                folder.resolve("threes.tminus"), folder.resolve("threes"), "./tminus", 1, PolicyEffort.NONE);
        Pipeline.Result made = Pipeline.run(
                Recipes.pointerChase(threes, SMALL, TRUNK, kept), options, ProgressListener.NONE, () -> false);
        assertThat(made).isNotNull();
        assertThat(made.certificate())
                .containsPattern("(from 300 inputs|n = 300)")
                .contains("one of each group", "900");
        assertThat(result.certificate()).containsPattern("(from 900 inputs|n = 900)");
    }

    /** Three inputs each belong together. */
    private record InThrees(Examples examples) implements ForwardingExamples {
        @Override
        public String group(int row) {
            return "group " + row / 3;
        }
    }

    @Test
    void weightsThatLearnedFromInputsOfAnotherSplitAreRefused() {
        Recipes.Choices kept = new Recipes.Choices(null, "", null, 1, 0, 2, Precision.FLOAT32, result.model());
        TaskData.Description given = data.description();
        TaskData otherSplit = new TaskData(
                new TaskData.Description(
                        given.name(), given.labels(), given.sha256(), given.licence(), 2, given.facts()),
                split -> {
                    throw new AssertionError("opened " + split);
                });
        assertThatThrownBy(() -> Recipes.pointerChase(otherSplit, SMALL, TRUNK, kept))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("seed 1", "seed 2", "give --seed 1", "without --trunk");
        TaskData otherData = PointerChase.generate(1, new SplitSizes(2999, 600, 900, 100));
        assertThatThrownBy(() -> Recipes.pointerChase(otherData, SMALL, TRUNK, kept))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("other data", given.sha256().substring(0, 12), "--data", "without --trunk");
    }

    @Test
    void staticModelsLearnFromTheFinishedOne() throws Exception {
        Recipe recipe = recipe();
        boolean done = StaticBaselines.train(
                recipe.header().name(),
                recipe.data(),
                StaticBaselines.Begin.of((GraphTrunkStage) recipe.trunk()),
                result.model(),
                List.of(2),
                folder.resolve("static"),
                folder.resolve("static-work"),
                "./tminus train static",
                ProgressListener.NONE,
                () -> false);
        assertThat(done).isTrue();
        assertThat(folder.resolve("static/pointer-chase-static-2.onnx")).isNotEmptyFile();
        JsonNode figures = new ObjectMapper()
                .readTree(folder.resolve("static/pointer-chase-static-2.json").toFile());
        double full = ModelGraphs.of(OnnxModel.read(folder.resolve("extracted/model.onnx")), null)
                .totalFlops(0);
        assertThat(figures.get("flops").asDouble()).isBetween(full / 2, full * 0.9);
    }

    @Test
    void theTestSplitStaysClosedAndCalibrationComesLast() {
        List<Split> order =
                data.openings().stream().map(TaskData.Opening::split).toList();
        Set<Split> opened =
                data.openings().stream().map(TaskData.Opening::split).collect(Collectors.toSet());
        assertThat(opened).containsExactlyInAnyOrder(Split.TRUNK, Split.DECISION, Split.CALIBRATION);
        int first = order.indexOf(Split.CALIBRATION);
        assertThat(order.subList(0, first)).contains(Split.TRUNK, Split.DECISION);
    }
}
