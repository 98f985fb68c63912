/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Version;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.ModelFormatException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AdaptiveModelBuilder;
import org.tminus.model.Cost;
import org.tminus.model.ExitId;
import org.tminus.model.HiddenState;
import org.tminus.model.LayerId;
import org.tminus.model.ModelSignature;
import org.tminus.model.PredictorDescription;
import org.tminus.model.TensorSpec;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.PredictionContext;
import org.tminus.predictor.features.ImageFeatures;
import org.tminus.predictor.features.TokenFeatures;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

class TreeEnsemblePredictorTest {
    @TempDir
    Path directory;

    private final TreeEnsemblePredictor predictor = new TreeEnsemblePredictor();

    @Test
    void imagesAreJudgedRowByRow() throws Exception {
        AdaptiveModel model = imageModel("predictor.onnx", foregroundEnsemble());
        HostTensor pixels = HostTensor.ofFloats(Shape.of(3, 1, 2, 2), 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1);

        assertThat(predictor.supports(model)).isTrue();
        List<Complexity> complexities = predictor.predict(context(model, 3, Map.of("pixels", pixels)));

        // The first image is mostly foreground, the others are not.
        assertThat(complexities).extracting(Complexity::mostLikelyClass).containsExactly(1, 0, 0);
        assertThat(predictor.flopsPerRow(model)).isEqualTo(1234);
    }

    @Test
    void textsAreJudgedWithoutTheirPadding() throws Exception {
        Ensembles ensemble = new Ensembles(TokenFeatures.COUNT, 2);
        split(ensemble, 0, 2.5f);
        AdaptiveModel model = tokenModel(ensemble);
        Map<String, Tensor> inputs = Map.of(
                "input_ids", HostTensor.ofLongs(Shape.of(2, 4), 101, 9, 9, 9, 101, 9, 0, 0),
                "attention_mask", HostTensor.ofLongs(Shape.of(2, 4), 1, 1, 1, 1, 1, 1, 0, 0));

        assertThat(predictor.predict(context(model, 2, inputs)))
                .extracting(Complexity::mostLikelyClass)
                .containsExactly(1, 0);
        assertThat(predictor.predict(context(model, 2, Map.of("input_ids", inputs.get("input_ids")))))
                .extracting(Complexity::mostLikelyClass)
                .containsExactly(1, 1);
    }

    @Test
    void smallInputsAreJudgedByTheirValues() throws Exception {
        Ensembles ensemble = new Ensembles(3, 2);
        split(ensemble, 2, 4.5f);
        Path file = Files.write(directory.resolve("values.onnx"), ensemble.toBytes());
        AdaptiveModel model = model(
                        valueSignature(3), new PredictorDescription("values.onnx", "values-v1", List.of(0, 1), 9))
                .file("values.onnx", file)
                .build();

        assertThat(predictor.supports(model)).isTrue();
        assertThat(predictor.predict(
                        context(model, 2, Map.of("hops", HostTensor.ofLongs(Shape.of(2, 3), 9, 9, 4, 0, 0, 5)))))
                .extracting(Complexity::mostLikelyClass)
                .containsExactly(0, 1);
        assertThatThrownBy(() -> predictor.predict(
                        context(model, 2, Map.of("hops", HostTensor.ofLongs(Shape.of(2, 2), 9, 9, 4, 0)))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("'hops' must be int64 [?, 3]");
    }

    @Test
    void imagesAreJudgedByTheirCells() throws Exception {
        // Four cells after mean and deviation; the last one decides.
        Ensembles ensemble = new Ensembles(6, 2);
        split(ensemble, 5, 0.5f);
        Path file = Files.write(directory.resolve("grid.onnx"), ensemble.toBytes());
        ModelSignature signature = new ModelSignature(
                List.of(new TensorSpec("pixels", ElementType.FLOAT32, List.of(-1L, 1L, 2L, 2L))),
                imageSignature().outputs(),
                Optional.empty());
        AdaptiveModel model = model(signature, new PredictorDescription("grid.onnx", "grid-v1", List.of(0, 1), 9))
                .file("grid.onnx", file)
                .build();
        HostTensor pixels = HostTensor.ofFloats(Shape.of(2, 1, 2, 2), 1, 0, 0, 0, 0, 0, 0, 9);

        assertThat(predictor.supports(model)).isTrue();
        assertThat(predictor.predict(context(model, 2, Map.of("pixels", pixels))))
                .extracting(Complexity::mostLikelyClass)
                .containsExactly(0, 1);
        assertThat(predictor.supports(
                        model(valueSignature(3), new PredictorDescription("grid.onnx", "grid-v1", List.of(0, 1), 9))
                                .build()))
                .isFalse();
    }

    @Test
    void largeInputsAreNotJudgedByTheirValues() {
        AdaptiveModel model = model(
                        valueSignature(65), new PredictorDescription("values.onnx", "values-v1", List.of(0, 1), 9))
                .build();

        assertThat(predictor.supports(model)).isFalse();
        assertThatThrownBy(() -> predictor.predict(context(model, 1, Map.of())))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("tiny 1.0.0", "65 elements per row");
    }

    @Test
    void modelsThatItCannotJudgeAreNotSupported() throws Exception {
        assertThat(predictor.supports(model(imageSignature(), null).build())).isFalse();
        assertThat(predictor.supports(model(
                                imageSignature(),
                                new PredictorDescription("predictor.onnx", "sound-v1", List.of(0, 1), 1))
                        .build()))
                .isFalse();
        assertThat(predictor.supports(model(
                                imageSignature(),
                                new PredictorDescription("predictor.onnx", "tokens-v1", List.of(0, 1), 1))
                        .build()))
                .isFalse();
    }

    @Test
    void aDamagedFileIsReportedAndNotTriedAgain() throws Exception {
        Ensembles bad = foregroundEnsemble();
        bad.floats.get("nodes_values").set(0, Float.NaN);
        AdaptiveModel model = imageModel("bad.onnx", bad);
        PredictionContext context =
                context(model, 1, Map.of("pixels", HostTensor.ofFloats(Shape.of(1, 1, 2, 2), 0, 0, 0, 1)));

        assertThat(predictor.supports(model)).isTrue();
        assertThatThrownBy(() -> predictor.predict(context))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("NaN");
        assertThat(predictor.supports(model)).isFalse();
        assertThatThrownBy(() -> predictor.predict(context)).isInstanceOf(ModelFormatException.class);
    }

    @Test
    void anEnsembleThatDoesNotFitTheDescriptionIsRefused() throws Exception {
        Ensembles narrow = Ensembles.small();
        AdaptiveModel model = imageModel("narrow.onnx", narrow);

        assertThatThrownBy(() -> predictor.predict(
                        context(model, 1, Map.of("pixels", HostTensor.ofFloats(Shape.of(1, 1, 2, 2), 0, 0, 0, 1)))))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll("2 features", "40");
    }

    @Test
    void wrongInputsAreRefusedInWords() throws Exception {
        AdaptiveModel model = imageModel("predictor.onnx", foregroundEnsemble());

        for (Map<String, Tensor> inputs : List.<Map<String, Tensor>>of(
                Map.of(),
                Map.of("pixels", HostTensor.ofLongs(Shape.of(1, 1, 2, 2), 0, 0, 0, 0)),
                Map.of("pixels", HostTensor.ofFloats(Shape.of(1, 4), 0, 0, 0, 0)),
                Map.of("pixels", HostTensor.ofFloats(Shape.of(2, 1, 1, 1), 0, 0)),
                Map.of("pixels", HostTensor.ofFloats(Shape.of(1, 1, 0, 2))))) {
            assertThatThrownBy(() -> predictor.predict(context(model, 1, inputs)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("float32 input [1, channels, height, width]");
        }
    }

    @Test
    void aModelThatIsGoneIsForgotten() throws Exception {
        WeakReference<AdaptiveModel> gone = new WeakReference<>(used());
        for (int round = 0; round < 100 && gone.get() != null; round++) {
            System.gc();
            // Some garbage, so that the collector has a reason.
            assertThat(new byte[1 << 20]).hasSize(1 << 20);
        }
        assertThat(gone.get()).isNull();
    }

    private AdaptiveModel used() throws Exception {
        AdaptiveModel model = imageModel("predictor.onnx", foregroundEnsemble());
        predictor.predict(context(model, 1, Map.of("pixels", HostTensor.ofFloats(Shape.of(1, 1, 2, 2), 0, 0, 0, 1))));
        return model;
    }

    @Test
    void manyThreadsMayAskAtOnce() throws Exception {
        AdaptiveModel model = imageModel("predictor.onnx", foregroundEnsemble());
        Random random = new Random(1);
        float[] values = new float[64 * 4];
        for (int index = 0; index < values.length; index++) {
            values[index] = random.nextFloat();
        }
        HostTensor pixels = HostTensor.ofFloats(Shape.of(64, 1, 2, 2), values);
        PredictionContext context = context(model, 64, Map.of("pixels", pixels));
        List<Complexity> expected = predictor.predict(context);

        java.util.stream.IntStream.range(0, 64).parallel().forEach(round -> {
            try {
                assertThat(predictor.predict(context)).isEqualTo(expected);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Class 1 for images that are more than half foreground. */
    private static Ensembles foregroundEnsemble() {
        Ensembles ensemble = new Ensembles(ImageFeatures.COUNT, 2);
        split(ensemble, ImageFeatures.NAMES.indexOf("foreground"), 0.5f);
        return ensemble;
    }

    private static void split(Ensembles ensemble, int feature, float threshold) {
        ensemble.branch(0, 0, "BRANCH_LEQ", feature, threshold, 1, 2, false);
        ensemble.leaf(0, 1);
        ensemble.leaf(0, 2);
        ensemble.weight(0, 1, 0, 2);
        ensemble.weight(0, 2, 1, 2);
    }

    private AdaptiveModel imageModel(String file, Ensembles ensemble) throws Exception {
        Path path = Files.write(directory.resolve(file), ensemble.toBytes());
        return model(imageSignature(), new PredictorDescription(file, "image-v1", List.of(0, 1), 1234))
                .file(file, path)
                .build();
    }

    private AdaptiveModel tokenModel(Ensembles ensemble) throws Exception {
        Path path = Files.write(directory.resolve("tokens.onnx"), ensemble.toBytes());
        List<TensorSpec> inputs = List.of(
                new TensorSpec("input_ids", ElementType.INT64, List.of(TensorSpec.ANY, TensorSpec.ANY)),
                new TensorSpec("attention_mask", ElementType.INT64, List.of(TensorSpec.ANY, TensorSpec.ANY)));
        return model(
                        new ModelSignature(inputs, List.of(), Optional.empty()),
                        new PredictorDescription("tokens.onnx", "tokens-v1", List.of(0, 1), 99))
                .file("tokens.onnx", path)
                .build();
    }

    private static ModelSignature valueSignature(long width) {
        TensorSpec hops = new TensorSpec("hops", ElementType.INT64, List.of(TensorSpec.ANY, width));
        return new ModelSignature(List.of(hops), List.of(), Optional.empty());
    }

    private static ModelSignature imageSignature() {
        TensorSpec pixels = new TensorSpec("pixels", ElementType.FLOAT32, List.of(TensorSpec.ANY, 1L, 2L, 2L));
        return new ModelSignature(List.of(pixels), List.of(), Optional.empty());
    }

    private static AdaptiveModelBuilder model(ModelSignature signature, PredictorDescription description) {
        LayerId layer = new LayerId("layer.0");
        AdaptiveModelBuilder builder = new AdaptiveModelBuilder("tiny", Version.parseVersion("1.0.0"))
                .signature(signature)
                .hidden(new HiddenState(ElementType.FLOAT32, 1, 4, "first"))
                .layer(layer, "a", "b", Optional.empty(), List.of(), Cost.of(new double[] {10}, 1, new double[] {1}))
                .exit(new ExitId("exit.0"), Optional.empty(), "exits.onnx", "in", Map.of(), Cost.ZERO)
                .exit(ExitId.FINAL, Optional.of(layer), "model.onnx", "b", Map.of(), Cost.ZERO)
                .menuPath(new org.tminus.model.Path(List.of(), new ExitId("exit.0")))
                .menuPath(new org.tminus.model.Path(List.of(layer), ExitId.FINAL));
        if (description != null) {
            builder.predictor(description);
        }
        return builder;
    }

    private static PredictionContext context(AdaptiveModel model, int rows, Map<String, ? extends Tensor> inputs) {
        return new Context(model, rows, Map.copyOf(inputs), Optional.empty());
    }

    private record Context(AdaptiveModel model, int rows, Map<String, Tensor> inputs, Optional<Tensor> stemOutput)
            implements PredictionContext {}
}
