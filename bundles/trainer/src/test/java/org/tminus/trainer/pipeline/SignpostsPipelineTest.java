/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.model.AdaptiveModel;
import org.tminus.models.format.ModelPackage;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.tasks.KnownDifficulty;
import org.tminus.tasks.Signposts;
import org.tminus.tasks.SplitSizes;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.decide.FeatureReader;
import org.tminus.trainer.graph.GraphOptions;
import org.tminus.trainer.graph.TransformerBuilder;
import org.tminus.trainer.graph.TransformerConfig;
import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;

class SignpostsPipelineTest {
    private static final TransformerConfig SMALL =
            new TransformerConfig(2, 16, 2, 32, Recipes.signpostTiles(), Signposts.NODES, 1);

    private final TaskData data = Signposts.generate(1, new SplitSizes(600, 400, 300, 50));

    @Test
    void makesAModelThatTakesPictures(@TempDir Path folder) throws Exception {
        Recipe recipe = Recipes.signposts(data, SMALL, GraphOptions.of(1, 100, 1), Recipes.Choices.standard(1));
        Pipeline.Result made = Pipeline.run(
                recipe,
                new PipelineOptions(
                        folder.resolve("signposts.tminus"), folder.resolve("work"), "./tminus", 1, PolicyEffort.NONE),
                ProgressListener.NONE,
                () -> false);

        assertThat(recipe.features()).isEqualTo("grid-v1");
        assertThat(made).isNotNull();
        try (ModelPackage file = ModelPackage.open(made.model())) {
            AdaptiveModel model = file.extract(folder.resolve("extracted"));
            assertThat(model.name()).isEqualTo("signposts");
            assertThat(model.layers()).hasSize(2);
            assertThat(model.labels()).startsWith("A").endsWith("N").hasSize(14);
            JsonNode preprocessing = new ObjectMapper()
                    .readTree(folder.resolve("extracted/preprocessing.json").toFile());
            assertThat(preprocessing.get("kind").asText()).isEqualTo("image");
            assertThat(preprocessing.get("width").asInt()).isEqualTo(70);
            assertThat(preprocessing.get("height").asInt()).isEqualTo(42);
        }
    }

    /** The two cells with the bars are enough, each with a threshold between neighbouring numbers of bars. */
    @Test
    void cellsTellTheNumberOfHops() throws Exception {
        Examples examples = data.accessFor(Purpose.TRAINING).open(Split.DECISION);
        float[][] features = FeatureReader.of(
                        "grid-v1",
                        GraphAnalysis.analyze(TransformerBuilder.build(SMALL)).signature())
                .read(examples);
        double[] sums = new double[7];
        int[] counts = new int[7];
        for (int row = 0; row < 200; row++) {
            int hops = ((KnownDifficulty) examples).difficulty(row);
            sums[hops] += bars(features[row]);
            counts[hops]++;
        }
        int right = 0;
        for (int row = 200; row < 400; row++) {
            int best = 1;
            for (int hops = 2; hops <= 6; hops++) {
                if (Math.abs(bars(features[row]) - sums[hops] / counts[hops])
                        < Math.abs(bars(features[row]) - sums[best] / counts[best])) {
                    best = hops;
                }
            }
            right += best == ((KnownDifficulty) examples).difficulty(row) ? 1 : 0;
        }
        assertThat(right).isGreaterThan(190);
    }

    /** Second row of ten cells, after mean and deviation. */
    private static double bars(float[] features) {
        return features[2 + 10] + features[2 + 11];
    }
}
