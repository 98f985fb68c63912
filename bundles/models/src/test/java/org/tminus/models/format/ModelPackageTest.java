/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Version;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ExitId;
import org.tminus.model.LayerId;
import org.tminus.model.OperatingPoint;
import org.tminus.model.PolicyDescription;
import org.tminus.model.RawInput;
import org.tminus.models.SampleModel;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

class ModelPackageTest {
    @TempDir
    Path temp;

    @Test
    void everyFieldSurvivesPackingAndExtracting() throws Exception {
        Path file = SampleModel.of("sample", "1.2.3").file(temp.resolve("sample.tminus"));
        AdaptiveModel model;
        try (ModelPackage open = ModelPackage.open(file)) {
            assertThat(open.name()).isEqualTo("sample");
            assertThat(open.version()).isEqualTo(new Version(1, 2, 3));
            assertThat(open.isMappable("model.onnx.data")).isTrue();
            model = open.extract(temp.resolve("out/sample"));
            assertThat(open.identity()).isEqualTo(model.identity()).hasSize(64);
        }
        assertThat(model.description()).isEqualTo("A model for tests");
        assertThat(model.signature().input("pixels").orElseThrow().dimensions()).containsExactly(-1L, 1L, 2L, 2L);
        assertThat(model.signature().sequence()).isEmpty();
        assertThat(model.stem().output()).isEqualTo("h0");
        assertThat(model.stem().sideValues()).containsExactly("mask");
        assertThat(model.hidden().tokens()).isEqualTo(5);
        assertThat(model.hidden().pooling()).isEqualTo("mean");
        assertThat(model.layers()).hasSize(2);
        assertThat(model.layers().get(0).skippable()).isTrue();
        assertThat(model.layers().get(0).blocks()).hasSize(1);
        assertThat(model.layers().get(1).obstacle()).contains("It feeds another.");
        assertThat(model.exits().get(0).after()).contains(new LayerId("layer.0"));
        assertThat(model.exits().get(0).outputs()).isEqualTo(Map.of("logits", "exit.1.logits"));
        assertThat(model.menu()).hasSize(2).last().isEqualTo(model.fullDepth());
        assertThat(model.cost(model.fullDepth()).flops(0)).isEqualTo(400);
        assertThat(model.predictor().orElseThrow().classes()).containsExactly(0, 1);
        assertThat(model.policies())
                .containsExactly(
                        new PolicyDescription("lstm-ppo-open", "policy-open.onnx", "open", 2, 8),
                        new PolicyDescription("lstm-ppo-closed", "policy-closed.onnx", "closed", 2, 16));
        assertThat(model.file("policy-closed.onnx").orElseThrow()).hasBinaryContent(SampleModel.random(11, 80));
        OperatingPoint point = model.defaultOperatingPoint().orElseThrow();
        assertThat(point.parameters())
                .isEqualTo(Map.of("threshold", 0.5, "steps", 3L, "soft", true, "list", List.of(1L, 2.5)));
        assertThat(point.fullDepthAccuracy()).isNaN();
        assertThat(model.certificate().orElseThrow().operatingPoints()).containsExactly("balanced");
        assertThat(model.certificate().orElseThrow().disagreementLimits()).isEqualTo(Map.of("balanced", 0.01));
        assertThat(model.certificate().orElseThrow().agreement()).isEmpty();
        assertThat(model.certificate().orElseThrow().dataSince()).isEmpty();
        assertThat(model.hashes()).containsKeys("model.onnx", "exits.onnx").doesNotContainKey("model.json");
        assertThat(model.labels()).containsExactly("cat", "dog", "other");
        assertThat(model.exit(ExitId.FINAL)).isPresent();
        assertThat(model.file("model.onnx.data").orElseThrow()).hasBinaryContent(SampleModel.random(1, 5000));
        assertThat(model.file("policy.onnx")).isEmpty();

        AdaptiveModel loaded = ModelPackage.load(temp.resolve("out/sample"));
        assertThat(loaded.identity()).isEqualTo(model.identity());
        assertThat(loaded.file("model.onnx")).isEqualTo(model.file("model.onnx"));
        assertNothingTemporary(temp);
        assertNothingTemporary(temp.resolve("out"));
    }

    @Test
    void packingTheSameFolderGivesTheSameBytes() throws Exception {
        Path folder = SampleModel.of("sample", "1.0.0").folder(temp.resolve("folder"));
        ModelPackage.pack(folder, temp.resolve("one.tminus"));
        ModelPackage.pack(folder, temp.resolve("two.tminus"));
        ModelPackage.pack(folder, temp.resolve("two.tminus"));
        assertThat(temp.resolve("two.tminus")).hasSameBinaryContentAs(temp.resolve("one.tminus"));
    }

    @Test
    void packingRefusesWhatAModelCannotHave() throws Exception {
        Path folder = SampleModel.of("sample", "1.0.0").folder(temp.resolve("folder"));
        Files.createFile(folder.resolve("Evil.class"));
        assertThatThrownBy(() -> ModelPackage.pack(folder, temp.resolve("file.tminus")))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("Evil.class");
        Files.delete(folder.resolve("Evil.class"));
        Files.delete(folder.resolve("model.onnx"));
        assertThatThrownBy(() -> ModelPackage.pack(folder, temp.resolve("file.tminus")))
                .hasMessageContaining("lacks model.onnx");
        assertThat(temp.resolve("file.tminus")).doesNotExist();
    }

    @Test
    void aFailedPackingLeavesTheOldFile() throws Exception {
        Path file = SampleModel.of("sample", "1.0.0").file(temp.resolve("file.tminus"));
        byte[] before = Files.readAllBytes(file);
        Path broken = SampleModel.of("sample", "1.0.1")
                .change(node -> node.remove("menu"))
                .folder(temp.resolve("broken"));
        assertThatThrownBy(() -> ModelPackage.pack(broken, file)).hasMessageContaining("$.menu is missing");
        assertThat(file).hasBinaryContent(before);
        assertNothingTemporary(temp);
    }

    @Test
    void extractingToAFullFolderFailsAndChangesNothing() throws Exception {
        Path file = SampleModel.of("sample", "1.0.0").file(temp.resolve("file.tminus"));
        Path target = Files.createDirectory(temp.resolve("target"));
        Files.writeString(target.resolve("mine"), "text");
        try (ModelPackage open = ModelPackage.open(file)) {
            assertThatThrownBy(() -> open.extract(target))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("cannot be extracted");
        }
        assertThat(target.resolve("mine")).hasContent("text");
        assertNothingTemporary(temp);
    }

    @Test
    void aMissingFileAndAFolderAreRefused() {
        assertThatThrownBy(() -> ModelPackage.open(temp.resolve("absent.tminus")))
                .isInstanceOf(ModelFormatException.class);
        assertThatThrownBy(() -> ModelPackage.open(temp)).isInstanceOf(ModelFormatException.class);
        assertThatThrownBy(() -> ModelPackage.load(temp)).hasMessageContaining("lacks model.json");
    }

    @Test
    void imagesBecomeNormalisedTensors() throws Exception {
        AdaptiveModel model = extracted(SampleModel.of("sample", "1.0.0"));
        RawInput image = RawInput.image(2, 2, 1, new byte[] {0, (byte) 255, 51, (byte) 255});
        Map<String, Tensor> tensors = model.preprocessing().orElseThrow().apply(List.of(image, image));
        try (Tensor tensor = tensors.get("pixels")) {
            assertThat(tensor.shape()).isEqualTo(Shape.of(2, 1, 2, 2));
            assertThat(floats(tensor))
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(-1, 1, -0.6f, 1, -1, 1, -0.6f, 1);
        }
    }

    @Test
    void imagesOfAnotherSizeAreResized() throws Exception {
        AdaptiveModel model = extracted(SampleModel.of("sample", "1.0.0"));
        byte[] pixels = {0, 0, 100, 100, 0, 0, 100, 100, 50, 50, (byte) 200, (byte) 200, 50, 50, (byte) 200, (byte) 200
        };
        Map<String, Tensor> tensors =
                model.preprocessing().orElseThrow().apply(List.of(RawInput.image(4, 4, 1, pixels)));
        try (Tensor tensor = tensors.get("pixels")) {
            assertThat(floats(tensor))
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(-1, 100 / 127.5f - 1, 50 / 127.5f - 1, 200 / 127.5f - 1);
        }
    }

    @Test
    void whatIsNoSuchImageIsRefused() throws Exception {
        AdaptiveModel model = extracted(SampleModel.of("sample", "1.0.0"));
        assertThatThrownBy(() -> model.preprocessing().orElseThrow().apply(List.of(RawInput.text("hello"))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("text");
        assertThatThrownBy(
                        () -> model.preprocessing().orElseThrow().apply(List.of(RawInput.image(2, 2, 3, new byte[12]))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("3 channels");
        assertThatThrownBy(() -> model.preprocessing().orElseThrow().apply(List.of()))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void anUnknownKindOfPreprocessingIsRefusedWithAReason() throws Exception {
        Path folder = SampleModel.of("sample", "1.0.0").folder(temp.resolve("folder"));
        Files.writeString(folder.resolve("preprocessing.json"), "{\"kind\": \"sound\"}");
        assertThatThrownBy(() -> ModelPackage.pack(folder, temp.resolve("file.tminus")))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("not supported by this version");
    }

    @Test
    void goldenVectorsThatDifferAreRefused() throws Exception {
        Path folder = SampleModel.of("sample", "1.0.0").folder(temp.resolve("folder"));
        Files.writeString(folder.resolve("golden.json"), SampleModel.golden(0.49f));
        assertThatThrownBy(() -> ModelPackage.pack(folder, temp.resolve("file.tminus")))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("$.vectors[0].inputs.pixels differs");
        Files.writeString(folder.resolve("golden.json"), SampleModel.golden(Float.NaN));
        assertThatThrownBy(() -> ModelPackage.pack(folder, temp.resolve("file.tminus")))
                .hasMessageContaining("not finite");
    }

    private AdaptiveModel extracted(SampleModel sample) throws Exception {
        try (ModelPackage open = ModelPackage.open(sample.file(temp.resolve("extracted.tminus")))) {
            return open.extract(temp.resolve("extracted"));
        }
    }

    private static float[] floats(Tensor tensor) {
        FloatBuffer buffer = tensor.buffer().asFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    private static void assertNothingTemporary(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("."));
        }
    }
}
