/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.StageProgress;
import org.tminus.trainer.graph.GraphOptions;
import org.tminus.trainer.graph.GraphTask;
import org.tminus.trainer.graph.GraphTrunk;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.graph.SoftAnswers;

/**
 * Trains a model of embeddings without labels: full depth keeps pointing where the model as it came points, and every exit
 * learns to point there as well.
 *
 * @param model what training begins with
 * @param pooling how exits pool the state; {@code null} for the way of the model's own end
 * @param options numbers of the training
 * @param identity names the model begun with
 */
public record EmbeddingTrunk(OnnxModel model, @Nullable Pooling pooling, GraphOptions options, String identity)
        implements Trunk {
    @Override
    public String fingerprint() {
        return "embedding " + identity + " " + pooling + " "
                + options.withThreads(1).withCheckpointSteps(1);
    }

    @Override
    public @Nullable Graphs train(TaskData.Access data, Path folder, BooleanSupplier stop, ProgressListener listener)
            throws IOException {
        StageProgress asking = new StageProgress("embeddings of the model as it came", listener, stop);
        SoftAnswers original;
        try {
            original = SoftAnswers.of(model, data.open(Split.TRUNK), options.threads(), asking);
        } catch (OnnxFormatException e) {
            throw new IOException(e.getMessage() + " " + e.advice(), e);
        }
        GraphTask task = new GraphTask(
                data.description().name(),
                model,
                data,
                Objective.EMBEDDING,
                true,
                pooling,
                original,
                null,
                options.withTeacherWeight(1));
        GraphTrunk trained = GraphTrunkStage.train(task, folder, stop, listener);
        if (trained == null) {
            return null;
        }
        Map<String, Object> figures = new TreeMap<>(trained.figures());
        // The same training gives the same file, however quick it was.
        figures.remove("examplesPerSecond");
        figures.put("exitCosineToOriginalDecision", trained.decisionAccuracy());
        figures.put("epoch", trained.bestEpoch());
        return new Graphs(trained.model(), trained.exits(), null, figures);
    }
}
