/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.certificate.Risk;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.ForwardingExamples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.AgreementRule;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.OnnxModel;
import org.tminus.predictor.features.ValueFeatures;
import org.tminus.tasks.PointerChase;
import org.tminus.tasks.SplitSizes;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.decide.Level;
import org.tminus.trainer.graph.GraphOptions;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.pack.ModelWriter;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;

class EmbeddingPipelineTest {
    /** Inputs of another task, whose scores are taken for embeddings. */
    private record Embedded(Examples examples) implements EmbeddingExamples, ForwardingExamples {
        @Override
        public double keptCosine() {
            return 0.9;
        }

        @Override
        public int label(int row) {
            return -1;
        }
    }

    private static TaskData data() {
        TaskData chases = PointerChase.generate(1, new SplitSizes(600, 300, 400, 50));
        TaskData.Description description =
                new TaskData.Description("embedding", List.of(), "hash", "none", 1, Map.of());
        return new TaskData(description, split -> new Embedded(open(chases, split)));
    }

    private static Examples open(TaskData data, Split split) {
        Purpose purpose = Arrays.stream(Purpose.values())
                .filter(each -> each.allowed().contains(split))
                .findFirst()
                .orElseThrow();
        return data.accessFor(purpose).open(split);
    }

    private static Recipe recipe(TaskData data) throws IOException {
        Recipe chase = Recipes.pointerChase(data, Recipes.Choices.standard(1));
        OnnxModel model = ((GraphTrunkStage) chase.trunk()).model();
        GraphOptions options = GraphOptions.of(1, 100, 1);
        return new Recipe(
                new ModelWriter.Header("embedding", "1.0.0", "a test", "Apache-2.0", "first", PointerChase.TOKENS),
                data,
                new EmbeddingTrunk(model, Pooling.FIRST, options, StageStore.sha256(model.toBytes())),
                ValueFeatures.NAME,
                layers -> List.of(),
                Map.of(),
                null,
                List.of(new Level("balanced", 0.1)),
                new Recipe.Promise(Risk.ACCURACY_LOSS, 0.5, 0.05));
    }

    @Test
    void embeddingsArePromisedByLikenessToFullDepth(@TempDir Path folder) throws Exception {
        TaskData data = data();
        PipelineOptions options = new PipelineOptions(
                folder.resolve("one.tminus"),
                folder.resolve("work"),
                "./tminus train embedding",
                1,
                new PolicyEffort(1, 2));
        Pipeline.Result result = Pipeline.run(recipe(data), options, ProgressListener.NONE, () -> false);

        assertThat(result).isNotNull();
        assertThat(result.certificate()).contains("isagreement");
        Path extracted = folder.resolve("extracted");
        try (ModelPackage file = ModelPackage.open(result.model())) {
            AdaptiveModel model = file.extract(extracted);
            assertThat(model.labels()).isEmpty();
            assertThat(model.certificate().orElseThrow().agreement()).contains(AgreementRule.cosine(0.9));
            assertThat(model.certificate().orElseThrow().dataSince()).isEmpty();
        }
        JsonNode trunk = new ObjectMapper()
                .readTree(extracted.resolve("model.json").toFile())
                .at("/provenance/figures/trunk");
        assertThat(trunk.at("/exitCosineToOriginalDecision")).hasSize(6);
        assertThat(trunk.at("/exitCosineToOriginalDecision/5").asDouble()).isGreaterThan(0.5);
        assertThat(data.openings()).noneMatch(opening -> opening.split() == Split.TEST);

        Recipe recipe = recipe(data);
        assertThat(StaticBaselines.train(
                        recipe.header().name(),
                        recipe.data(),
                        StaticBaselines.Begin.of((EmbeddingTrunk) recipe.trunk()),
                        result.model(),
                        List.of(3),
                        folder.resolve("static"),
                        folder.resolve("static-work"),
                        "./tminus train static embedding",
                        ProgressListener.NONE,
                        () -> false))
                .isTrue();
        assertThat(folder.resolve("static/embedding-static-3.onnx")).isNotEmptyFile();
        JsonNode figures = new ObjectMapper()
                .readTree(folder.resolve("static/embedding-static-3.json").toFile());
        assertThat(figures.at("/cosineToFullDepthDecision").asDouble()).isBetween(0.5, 1.0);
        assertThat(figures.has("accuracyDecision")).isFalse();

        // What was kept in the work folder says the same as what was computed.
        byte[] first = Files.readAllBytes(result.model());
        Files.delete(result.model());
        assertThat(Pipeline.run(recipe(data), options, ProgressListener.NONE, () -> false))
                .isNotNull();
        assertThat(Files.readAllBytes(result.model())).isEqualTo(first);
    }
}
