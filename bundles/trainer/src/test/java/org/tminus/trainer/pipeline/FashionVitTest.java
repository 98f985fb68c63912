/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.data.TaskData;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.SyntheticImages;
import org.tminus.trainer.data.DataSplits;
import org.tminus.trainer.data.FashionMnist;
import org.tminus.trainer.data.FashionVitData;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;
import org.tminus.trainer.vit.Augmentation;
import org.tminus.trainer.vit.Distillation;
import org.tminus.trainer.vit.TrunkOptions;
import org.tminus.trainer.vit.VitConfig;

/** The vision path on made-up pictures: its own trunk, the decisions of all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FashionVitTest {
    private static final VitConfig SMALL = new VitConfig(28, 1, 7, 3, 16, 2, 32, 10, true);
    private static final TrunkOptions TRUNK =
            new TrunkOptions(2, 0, 20, 2, 2, 3e-3, 10, 0.01, 1.0, 5, Augmentation.NONE, Distillation.DEFAULT, 1000);

    private Path folder;
    private Recipe recipe;
    private Pipeline.Result result;

    @BeforeAll
    void train(@TempDir Path temporary) throws IOException {
        folder = temporary;
        FashionMnist images =
                new FashionMnist(SyntheticImages.of("train", 2000, 1), SyntheticImages.of("test", 200, 2));
        TaskData data = FashionVitData.of(images, 3);
        DataSplits splits = DataSplits.of(images.train(), images.test(), 3);
        recipe = Recipes.fashionVit(data, splits, SMALL, TRUNK, Recipes.Choices.standard(3));
        PipelineOptions options = new PipelineOptions(
                folder.resolve("vit.tminus"), folder.resolve("work"), "./tminus", 1, PolicyEffort.NONE);
        result = Pipeline.run(recipe, options, ProgressListener.NONE, () -> false);
        assertThat(result).isNotNull();
    }

    @Test
    void writesAModelWithPreprocessingAndGoldenPictures() throws Exception {
        try (ModelPackage file = ModelPackage.open(result.model())) {
            AdaptiveModel model = file.extract(folder.resolve("extracted"));
            assertThat(model.layers()).hasSize(3);
            assertThat(model.preprocessing().orElseThrow().kind()).isEqualTo("image");
            assertThat(file.entries()).contains("golden.json", "labels.json", "exits.onnx");
        }
    }

    @Test
    void trainsStaticModelsWithTheSameTeacher() throws IOException {
        boolean done = new VitStatics(
                        (VitTrunk) recipe.trunk(), folder.resolve("static"), "./tminus", ProgressListener.NONE)
                .train(List.of(1), folder.resolve("work"), () -> false);
        assertThat(done).isTrue();
        assertThat(folder.resolve("static/fashion-vit-static-1.onnx")).isNotEmptyFile();
        assertThat(folder.resolve("static/fashion-vit-static-1.json")).content().contains("flops", "accuracyDecision");
    }
}
