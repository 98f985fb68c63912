/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.graph.GraphDistillation;
import org.tminus.trainer.graph.GraphOptions;
import org.tminus.trainer.graph.GraphTask;
import org.tminus.trainer.graph.GraphTrunk;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.Pooling;

/**
 * Trains any ONNX model of supported operators, with exits.
 *
 * @param model what training begins with; with its folder if it has external weights
 * @param objective classes or embeddings
 * @param pooling how exits pool the state; {@code null} for the way of the model's own end
 * @param options numbers of the training
 * @param identity names the model begun with: what it was built from
 */
public record GraphTrunkStage(
        OnnxModel model, Objective objective, @Nullable Pooling pooling, GraphOptions options, String identity)
        implements Trunk {
    @Override
    public String fingerprint() {
        // Threads and checkpoints do not change the result.
        return identity + " " + objective + " " + pooling + " "
                + options.withThreads(1).withCheckpointSteps(1);
    }

    @Override
    public @Nullable Graphs train(TaskData.Access data, Path folder, BooleanSupplier stop, ProgressListener listener)
            throws IOException {
        GraphTask task =
                new GraphTask(data.description().name(), model, data, objective, true, pooling, null, null, options);
        GraphTrunk trunk = train(task, folder, stop, listener);
        if (trunk == null) {
            return null;
        }
        Map<String, Object> figures = new TreeMap<>(trunk.figures());
        // The same training gives the same file, however quick it was.
        figures.remove("examplesPerSecond");
        figures.put("exitAccuracyDecision", trunk.decisionAccuracy());
        figures.put("epoch", trunk.bestEpoch());
        byte[] change = null;
        if (options.trainable().changesTrainedModel()) {
            Path file = folder.resolve("model.change");
            trunk.change().save(file);
            change = Files.readAllBytes(file);
        }
        return new Graphs(trunk.model(), trunk.exits(), change, figures);
    }

    /** Trains, with failures of the model's format as those of a file. */
    static @Nullable GraphTrunk train(GraphTask task, Path folder, BooleanSupplier stop, ProgressListener listener)
            throws IOException {
        try {
            return GraphDistillation.train(task, folder, stop, listener);
        } catch (OnnxFormatException e) {
            throw new IOException(e.getMessage() + " " + e.advice(), e);
        }
    }
}
