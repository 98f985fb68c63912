/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Groups;
import org.tminus.onnx.GraphAnalysis;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.PathGraphs;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;
import org.tminus.trainer.StageProgress;
import org.tminus.trainer.decide.ClassWeights;
import org.tminus.trainer.decide.ComplexityModel;
import org.tminus.trainer.decide.ComplexityTrainer;
import org.tminus.trainer.pack.ModelGraphs;

/**
 * What a predictor would know that looks at the state after the stem instead of the raw input: trained the same way on the
 * first token and the mean of all. It is reported beside the one that is shipped, and not shipped itself.
 */
final class StemVariant {
    private static final int BATCH = 128;

    private StemVariant() {}

    /** Its figures out of fold; empty if there is nothing to tell apart. */
    static Map<String, Object> figures(
            ModelGraphs graphs,
            Examples examples,
            int[] labels,
            int menuSize,
            long seed,
            Function<String, StageProgress> progress)
            throws IOException {
        float[][] features = features(graphs, examples, progress.apply("states after the stem"));
        ComplexityModel model = ComplexityTrainer.train(
                features,
                labels,
                menuSize,
                Groups.of(examples),
                ClassWeights.DEFAULT,
                seed,
                progress.apply("predictor on the stem"));
        if (model == null) {
            return Map.of();
        }
        Map<String, Object> figures = new LinkedHashMap<>(model.report().toMap());
        figures.put("features", features[0].length);
        figures.put("flopsPerRow", model.ensemble().flopsPerRow());
        return figures;
    }

    private static float[][] features(ModelGraphs graphs, Examples examples, StageProgress progress)
            throws IOException {
        GraphAnalysis.Stem stem = graphs.analysis().stem().orElseThrow();
        byte[] graph;
        try {
            graph = PathGraphs.of(graphs.model()).stem(stem.output(), List.of()).toBytes();
        } catch (OnnxFormatException e) {
            throw new IOException(e.getMessage(), e);
        }
        float[][] features = new float[examples.size()][];
        try (WholeGraph runner = new WholeGraph(graph)) {
            for (int first = 0; first < features.length; first += BATCH) {
                int[] rows = new int[Math.min(BATCH, features.length - first)];
                for (int i = 0; i < rows.length; i++) {
                    rows[i] = first + i;
                }
                Map<String, HostTensor> inputs = examples.inputs(rows);
                WholeGraph.Answer state = runner.answer(inputs, stem.output());
                float[] mask = mask(inputs.get("attention_mask"));
                inputs.values().forEach(HostTensor::close);
                for (int i = 0; i < rows.length; i++) {
                    features[first + i] = pooled(state, i, mask);
                }
                progress.at(first + rows.length, features.length);
            }
        }
        return features;
    }

    private static float @Nullable [] mask(@Nullable Tensor tensor) {
        if (tensor == null) {
            return null;
        }
        float[] mask = new float[(int) tensor.shape().elementCount()];
        LongBuffer values = tensor.buffer().asLongBuffer();
        for (int i = 0; i < mask.length; i++) {
            mask[i] = values.get(i);
        }
        return mask;
    }

    private static float[] pooled(WholeGraph.Answer state, int row, float @Nullable [] mask) {
        int tokens = (int) state.shape()[1];
        int width = (int) state.shape()[2];
        float[] pooled = new float[2 * width];
        double weight = 0;
        for (int token = 0; token < tokens; token++) {
            float counts = mask == null ? 1 : mask[row * tokens + token];
            weight += counts;
            for (int i = 0; i < width; i++) {
                float value = state.values()[(row * tokens + token) * width + i];
                pooled[i] += token == 0 ? value : 0;
                pooled[width + i] += counts * value;
            }
        }
        for (int i = 0; i < width; i++) {
            pooled[width + i] /= (float) Math.max(1, weight);
        }
        return pooled;
    }
}
