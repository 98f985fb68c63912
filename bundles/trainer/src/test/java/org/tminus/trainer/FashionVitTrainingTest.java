/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.models.format.ModelPackage;
import org.tminus.trainer.data.DataSplits;
import org.tminus.trainer.data.Purpose;
import org.tminus.trainer.data.Split;
import org.tminus.trainer.vit.Augmentation;
import org.tminus.trainer.vit.Distillation;
import org.tminus.trainer.vit.TrunkOptions;
import org.tminus.trainer.vit.VitConfig;

/** The whole run on a small model and images made on the spot. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FashionVitTrainingTest {
    private static final VitConfig SMALL = new VitConfig(28, 1, 7, 4, 16, 2, 32, 10, true);
    private static final TrunkOptions TRUNK =
            new TrunkOptions(4, 1, 20, 2, 2, 3e-3, 10, 0.01, 1.0, 5, Augmentation.NONE, Distillation.DEFAULT, 1000);

    private Path folder;

    private DataSplits splits;
    private FashionVitTraining.Report report;

    @BeforeAll
    void train(@TempDir Path temporary) throws IOException {
        folder = temporary;
        report = run("first");
    }

    private FashionVitTraining.Report run(String name) throws IOException {
        splits = DataSplits.of(SyntheticImages.of("train", 2000, 1), SyntheticImages.of("test", 200, 2), 3);
        TrainingOptions options = new TrainingOptions(
                folder, folder.resolve(name + ".tminus"), folder.resolve(name), SMALL, TRUNK, List.of(1));
        return new FashionVitTraining(splits, options, ProgressListener.NONE).run(() -> false);
    }

    @Test
    void writesAModelFileThatOpens() throws Exception {
        try (ModelPackage file = ModelPackage.open(report.model())) {
            AdaptiveModel model = file.extract(folder.resolve("extracted"));
            assertThat(model.layers()).hasSize(4);
            assertThat(model.exits()).hasSize(4);
            assertThat(model.menu()).isNotEmpty();
            assertThat(model.operatingPoints())
                    .extracting(OperatingPoint::name)
                    .contains("safe", "balanced", "lean", "confidence-balanced", "fixed-balanced", "random-lean");
            assertThat(file.entries())
                    .contains(
                            "model.onnx",
                            "model.onnx.data",
                            "exits.onnx",
                            "preprocessing.json",
                            "labels.json",
                            "golden.json");
        }
    }

    @Test
    void aSecondRunWritesTheSameBytes() throws IOException {
        FashionVitTraining.Report second = run("second");
        assertThat(second.model()).hasSameBinaryContentAs(report.model());
    }

    @Test
    void trainingOpensTrunkAndDecisionOnly() {
        Set<Split> opened = splits.openings().stream()
                .filter(opening -> opening.purpose() == Purpose.TRAINING)
                .map(DataSplits.Opening::split)
                .collect(Collectors.toSet());
        assertThat(opened).containsExactlyInAnyOrder(Split.TRUNK, Split.DECISION);
        assertThat(splits.openings()).extracting(DataSplits.Opening::split).doesNotContain(Split.CALIBRATION);
        List<Split> order =
                splits.openings().stream().map(DataSplits.Opening::split).toList();
        // The test split comes after every choice about the adaptive model.
        assertThat(order.indexOf(Split.TEST)).isGreaterThan(order.indexOf(Split.DECISION));
    }

    @Test
    void pointsKeepWhatTheyPromiseOnTheDecisionSplit() {
        double full = report.decision().fullDepthAccuracy();
        report.decision().points().stream()
                .filter(point ->
                        point.policy().equals("confidence") || point.policy().equals("fixed"))
                .forEach(point -> assertThat(point.accuracy())
                        .as(point.name())
                        .isGreaterThanOrEqualTo(full - (point.name().contains("lean") ? 0.01 : 0.0015) - 1e-9));
        assertThat(report.test().inputs()).isEqualTo(200);
    }

    @Test
    void saysHowItWasMade() {
        assertThat(folder.resolve("first/package/model.json"))
                .content()
                .contains(
                        "./tminus train fashion-vit --seed 5 --epochs 4 --second-epochs 1 --layers 4 --static-depths 1");
    }

    @Test
    void writesTheStaticModelWithItsFigures() {
        assertThat(folder.resolve("static/fashion-vit-static-1.onnx")).isNotEmptyFile();
        assertThat(folder.resolve("static/fashion-vit-static-1.json")).content().contains("accuracyTest", "flops");
    }

    @Test
    void evaluatesTheFileAsItWasReported() throws IOException {
        Path unpacked = folder.resolve("first/package");
        assertThat(Files.isDirectory(unpacked)).isTrue();
        Figures again = new Evaluator(unpacked)
                .evaluate(splits.accessFor(Purpose.REPORTING).open(Split.TEST));
        assertThat(again).isEqualTo(report.test());
    }
}
