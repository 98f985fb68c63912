/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.demo.data.InputTensors;
import org.tminus.demo.data.LabelledImages;
import org.tminus.demo.measure.Classifier;
import org.tminus.demo.measure.PlainClassifier;
import org.tminus.demo.measure.PlainInputs;
import org.tminus.demo.report.DemoOutcome;
import org.tminus.demo.report.DemoReport;
import org.tminus.demo.report.DemoReport.Row;
import org.tminus.demo.report.DemoRequest;
import org.tminus.demo.report.DemoRequest.SwapCounts;
import org.tminus.demo.report.RowPlan;
import org.tminus.demo.report.RowPlan.Part;
import org.tminus.demo.report.SessionSetting;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.onnxruntime.OnnxRuntimeOptions;
import org.tminus.onnxruntime.OnnxRuntimes;

/** The reference model on ONNX Runtime, with a platform that is a fake. */
class DemoRunnerTest {
    private static final Path MODELS = Path.of("..", "..", "models");
    private static final Path DATA = MODELS.resolve("data").resolve("fashion-mnist");
    private static final int IMAGES = 40;

    @TempDir
    static Path modelFolder;

    @TempDir
    Path folder;

    private static @Nullable AdaptiveModel loaded;

    @BeforeAll
    static void extractTheReferenceModel() throws Exception {
        try (ModelPackage file = ModelPackage.open(MODELS.resolve("fashion-vit.tminus"))) {
            loaded = file.extract(modelFolder.resolve("fashion vit"));
        }
    }

    @Test
    void rowsComeInTheOrderOfTheContractAndPoliciesAreSwapped() throws Exception {
        FakePlatform platform = new FakePlatform(model(), Set.of("full", "fixed", "random", "budget", "confidence"));

        DemoOutcome outcome = run(platform);

        DemoReport report = report(outcome);
        assertThat(report.rows())
                .extracting(Row::policy)
                .containsExactly(
                        "onnxruntime",
                        "full",
                        "fixed",
                        "static",
                        "random",
                        "static",
                        "budget",
                        "static",
                        "confidence",
                        "static");
        assertThat(outcome.plans()).extracting(RowPlan::policy).isEqualTo(policies(report));
        // The fake says class 0 to everything; ONNX Runtime really runs the model.
        assertThat(report.rows().get(0).accuracy()).isGreaterThan(0.7);
        assertThat(report.rows().get(1).accuracy()).isLessThan(0.4);
        double full = report.rows().get(0).flopsPerInput();
        assertThat(full).isEqualTo(model().cost(model().fullDepth()).flops(0));
        for (int index = 3; index < report.rows().size(); index += 2) {
            // Within the chance of a draw of few images.
            assertThat(report.rows().get(index).flopsPerInput() / full).isCloseTo(0.5, within(0.25));
        }
        assertThat(report.swaps().byConfiguration()).isEqualTo(7);
        assertThat(report.swaps().byBundleUpdate()).isEqualTo(2);
        assertThat(report.swaps().failedRequests()).isZero();
        assertThat(report.swaps().fallbacks()).isPositive();
        assertThat(platform.bundleCalls)
                .containsExactly(
                        "stop fixed", "update fixed", "start fixed", "stop random", "update random", "start random");
        assertThat(platform.configurationDeleted).isTrue();
    }

    @Test
    void aPolicyThatIsMissingIsSaid() throws Exception {
        DemoReport report = report(run(new FakePlatform(model(), Set.of("full", "confidence"))));

        assertThat(policies(report)).containsExactly("onnxruntime", "full", "confidence", "static");
        assertThat(report.notes()).anyMatch(note -> note.contains("Policy budget is not installed"));
    }

    @Test
    void aRowThatFallBacksAnsweredIsSaid() throws Exception {
        FakePlatform platform = new FakePlatform(model(), Set.of("full", "confidence"));
        platform.failing.add("confidence");

        DemoReport report = report(run(platform));

        assertThat(report.rows().get(2).fallbacks()).isEqualTo(report.images());
        assertThat(report.notes())
                .filteredOn(note -> note.contains("needed a fall-back"))
                .singleElement()
                .asString()
                .contains("'confidence', " + report.images() + " ");
    }

    @Test
    void aRowOfItsOwnMeasuresMemory() throws Exception {
        FakePlatform platform = new FakePlatform(model(), Set.of("full"));
        RowPlan plain = run(platform).plans().get(0);

        for (RowPlan plan : List.of(plain, RowPlan.platform("full depth", "full", null))) {
            Double peak = runner(platform)
                    .run(request(DemoRequest.Task.MEMORY, plan), (share, activity) -> {})
                    .peakMemoryMiB();
            if (Files.exists(Path.of("/proc/self/clear_refs"))) {
                assertThat(peak).isNotNull();
            }
        }
    }

    @Test
    void moreImagesThanThereAreAreRefused() {
        DemoRequest request = request(DemoRequest.Task.COMPARE, 10_001, null);

        assertThatIOException()
                .isThrownBy(
                        () -> runner(new FakePlatform(model(), Set.of("full"))).run(request, (share, activity) -> {}))
                .withMessageContaining("10000 images");
    }

    @Test
    void ownPathsAnswerAsModelsOfTheirOwn() throws Exception {
        OwnPaths paths = new OwnPaths(model(), folder.resolve("own paths"));
        List<Part> parts = new ArrayList<>();
        for (Part part : paths.candidates()) {
            parts.add(paths.written(part));
        }

        assertThat(parts).hasSize(model().menu().size() - 1);
        LabelledImages images = LabelledImages.read(DATA);
        InputTensors inputs = InputTensors.prepare(model(), images, 200);
        try (PlainInputs plainInputs = new PlainInputs(runtime().environment(), inputs)) {
            for (Part part : parts) {
                assertThat(part.flops())
                        .isLessThan(model().cost(model().fullDepth()).flops(0));
                try (Classifier classifier = new PlainClassifier(
                        runtime(),
                        plainInputs,
                        "static",
                        SessionSetting.ONE_THREAD,
                        List.of(new Part(part.name(), part.file(), part.flops(), 1)),
                        1)) {
                    int right = 0;
                    for (int image = 0; image < inputs.count(); image++) {
                        right += classifier.classify(image).label() == images.label(image) ? 1 : 0;
                    }
                    // Far above chance: the exits are wired to the layers that they were trained on.
                    assertThat(right).as(part.name()).isGreaterThan(140);
                }
            }
        }
    }

    @Test
    void trainedStaticModelsGoBeforeOwnPaths() throws Exception {
        Path statics = Files.createDirectories(folder.resolve("static"));
        Files.copy(model().file("model.onnx").orElseThrow(), statics.resolve(model().name() + "-static-1.onnx"));
        Files.copy(model().file("model.onnx").orElseThrow(), statics.resolve("another-static-1.onnx"));
        var weights = model().file("model.onnx.data");
        if (weights.isPresent()) {
            Files.copy(weights.get(), statics.resolve("model.onnx.data"));
        }
        Part fullDepth = new Part("full depth", "full.onnx", 1, 1);

        StaticModels found = StaticModels.find(request(DemoRequest.Task.COMPARE, IMAGES, null), model(), fullDepth);

        Part dearest = found.at(1e12).get(0);
        assertThat(dearest.name()).isEqualTo(model().name() + "-static-1");
        assertThat(dearest.flops() / model().cost(model().fullDepth()).flops(0)).isCloseTo(1, within(0.01));
        assertThat(found.description()).contains("1 model trained separately");
    }

    private static AdaptiveModel model() {
        if (loaded == null) {
            throw new IllegalStateException("The model is not loaded");
        }
        return loaded;
    }

    private static OnnxRuntime runtime() {
        return OnnxRuntimes.standalone(
                OnnxRuntimeOptions.defaults().withThreads(2).withNativeDirectory(Path.of("target", "native")));
    }

    private static DemoReport report(DemoOutcome outcome) throws IOException {
        DemoReport report = outcome.report();
        if (report == null) {
            throw new IOException("No report: " + outcome.failure());
        }
        return report;
    }

    private static List<String> policies(DemoReport report) {
        return report.rows().stream().map(Row::policy).toList();
    }

    private DemoOutcome run(FakePlatform platform) throws Exception {
        return runner(platform).run(request(DemoRequest.Task.COMPARE, null), (share, activity) -> {
            assertThat(share).isBetween(0.0, 1.0);
        });
    }

    private static DemoRunner runner(FakePlatform platform) {
        return new DemoRunner(
                platform, platform, platform, platform.configurationAdmin(), runtime(), platform.bundleContext());
    }

    private DemoRequest request(DemoRequest.Task task, @Nullable RowPlan row) {
        return request(task, IMAGES, row);
    }

    private DemoRequest request(DemoRequest.Task task, int images, @Nullable RowPlan row) {
        Path statics = folder.resolve("static");
        return new DemoRequest(
                task,
                "images",
                "fashion-vit",
                "installed-by-the-fake.tminus",
                null,
                DATA.toString(),
                Files.exists(statics) ? statics.toString() : null,
                folder.toString(),
                folder.resolve("inputs.bin").toString(),
                images,
                2,
                7,
                new SwapCounts(7, 2),
                row,
                false);
    }
}
