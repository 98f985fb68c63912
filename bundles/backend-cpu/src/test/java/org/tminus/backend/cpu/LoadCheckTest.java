/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.backend.Telemetry;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;

/** A model that would fail with its first request is refused when it is opened, so that the version before it goes on answering. */
class LoadCheckTest {
    @TempDir
    Path folder;

    private final CpuBackend backend = Fixture.backend();

    @Test
    void anOperatorThatTheLibraryDoesNotHaveIsRefused() throws Exception {
        AdaptiveModel model = TestModels.vision(folder, TestModels.Options.small());
        Path graph = folder.resolve("model.onnx");
        String bytes = Files.readString(graph, StandardCharsets.ISO_8859_1);
        Files.writeString(graph, bytes.replace("MatMul", "MatMuh"), StandardCharsets.ISO_8859_1);

        refused(model, "MatMuh");
    }

    @Test
    void anOutputOfAnotherSizeIsRefused() throws Exception {
        AdaptiveModel model = TestModels.vision(folder, TestModels.Options.small());
        TensorSpec wide = new TensorSpec("logits", ElementType.FLOAT32, List.of(TensorSpec.ANY, 12L));

        refused(with(model, new ModelSignature(model.signature().inputs(), List.of(wide), Optional.empty())), "12");
    }

    @Test
    void anOutputOfAnotherTypeIsRefused() throws Exception {
        AdaptiveModel model = TestModels.vision(folder, TestModels.Options.small());
        TensorSpec whole = new TensorSpec("logits", ElementType.INT64, List.of(TensorSpec.ANY, 10L));

        refused(
                with(model, new ModelSignature(model.signature().inputs(), List.of(whole), Optional.empty())),
                "float32");
    }

    @Test
    void anInputOfAnotherShapeIsRefused() throws Exception {
        AdaptiveModel model = TestModels.vision(folder, TestModels.Options.small());
        TensorSpec flat = new TensorSpec("pixels", ElementType.FLOAT32, List.of(TensorSpec.ANY, 80L));

        refused(
                with(model, new ModelSignature(List.of(flat), model.signature().outputs(), Optional.empty())),
                "pixels");
    }

    @Test
    void anInputThatTheDescriptionDoesNotHaveIsRefused() throws Exception {
        AdaptiveModel model = TestModels.vision(folder, TestModels.Options.small());
        TensorSpec other = new TensorSpec("other", ElementType.FLOAT32, List.of(TensorSpec.ANY, 80L));

        refused(
                with(model, new ModelSignature(List.of(other), model.signature().outputs(), Optional.empty())),
                "takes the input pixels");
    }

    @Test
    void nothingIsHeldOfWhatWasRefusedNorOfTheCheck() throws Exception {
        AdaptiveModel model = TestModels.vision(folder, TestModels.Options.small());
        backend.open(model).close();

        assertThat(backend.memoryBytes()).isZero();
    }

    @Test
    void sizesThatOneSideLeavesOpenFit() {
        assertThat(LoadCheck.fits(List.of(TensorSpec.ANY, 10L), new long[] {-1, 10}))
                .isTrue();
        assertThat(LoadCheck.fits(List.of(TensorSpec.ANY, TensorSpec.ANY), new long[] {-1, 10}))
                .isTrue();
        assertThat(LoadCheck.fits(List.of(TensorSpec.ANY, 10L), new long[] {-1, -1}))
                .isTrue();
        assertThat(LoadCheck.fits(List.of(TensorSpec.ANY, 10L), new long[] {-1, 12}))
                .isFalse();
        assertThat(LoadCheck.fits(List.of(TensorSpec.ANY), new long[] {-1, 12})).isFalse();
    }

    @Test
    void theTelemetryOfABackendThatWentTellsWhatItsSessionsHold() throws Exception {
        AdaptiveModel model = TestModels.vision(folder, TestModels.Options.small());
        var session = backend.open(model);
        session.prepare(model.fullDepth());
        backend.deactivate();

        awaitHeld(held -> held > 0);
        session.close();
        awaitHeld(held -> held == 0);
    }

    /** Figures may be some milliseconds old. */
    private void awaitHeld(DoublePredicate expected) {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!expected.test(held()) && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(expected.test(held())).as("%s bytes", held()).isTrue();
    }

    private double held() {
        return backend.telemetry().figure(Telemetry.MEMORY_BYTES).orElseThrow();
    }

    private void refused(AdaptiveModel model, String reason) {
        assertThatExceptionOfType(BackendException.class)
                .isThrownBy(() -> backend.open(model).close())
                .withMessageContaining(reason)
                .satisfies(failure -> assertThat(failure.advice()).isNotBlank());
        assertThat(backend.memoryBytes()).isZero();
    }

    /** The same model with another signature. */
    private static AdaptiveModel with(AdaptiveModel model, ModelSignature signature) {
        return (AdaptiveModel) Proxy.newProxyInstance(
                AdaptiveModel.class.getClassLoader(),
                new Class<?>[] {AdaptiveModel.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("signature")) {
                        return signature;
                    }
                    try {
                        return method.invoke(model, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
