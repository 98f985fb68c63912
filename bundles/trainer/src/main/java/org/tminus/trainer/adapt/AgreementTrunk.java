/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.StageProgress;
import org.tminus.trainer.graph.GraphDistillation;
import org.tminus.trainer.graph.GraphOptions;
import org.tminus.trainer.graph.GraphTask;
import org.tminus.trainer.graph.GraphTrunk;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.graph.SoftAnswers;
import org.tminus.trainer.pipeline.AnsweredData;
import org.tminus.trainer.pipeline.Trunk;

/**
 * Trains a classifier without labels: what it answered as it came is what full depth and every exit learn to answer. Only
 * the training of the weights sees these answers in the place of labels; all figures say agreement, not accuracy.
 */
final class AgreementTrunk implements Trunk {
    private final OnnxModel model;
    private final @Nullable Pooling pooling;
    private final GraphOptions options;
    private final String identity;
    private final Map<Split, SoftAnswers> answers = new EnumMap<>(Split.class);

    /** @param identity names the model */
    AgreementTrunk(OnnxModel model, @Nullable Pooling pooling, GraphOptions options, String identity) {
        this.model = model;
        this.pooling = pooling;
        this.options = options;
        this.identity = identity;
    }

    /** What the model answers as it came; asked once for each split. */
    private SoftAnswers answers(Split split, Examples examples, BooleanSupplier stop, ProgressListener listener)
            throws OnnxFormatException {
        SoftAnswers known = answers.get(split);
        if (known == null) {
            String stage = "the model's own answers, " + split.name().toLowerCase(Locale.ROOT) + " split";
            known = SoftAnswers.of(model, examples, options.threads(), new StageProgress(stage, listener, stop));
            answers.put(split, known);
        }
        return known;
    }

    @Override
    public String fingerprint() {
        return "agreement " + identity + " " + pooling + " "
                + options.withThreads(1).withCheckpointSteps(1);
    }

    @Override
    public @Nullable Graphs train(TaskData.Access data, Path folder, BooleanSupplier stop, ProgressListener listener)
            throws IOException {
        try {
            SoftAnswers teacher = answers(Split.TRUNK, data.open(Split.TRUNK), stop, listener);
            SoftAnswers judge = answers(Split.DECISION, data.open(Split.DECISION), stop, listener);
            GraphTask task = new GraphTask(
                    data.description().name(),
                    model,
                    AnsweredData.of(data, teacher, judge),
                    Objective.CLASSES,
                    true,
                    pooling,
                    teacher,
                    null,
                    options.withTeacherWeight(1));
            GraphTrunk trained = GraphDistillation.train(task, folder, stop, listener);
            if (trained == null) {
                return null;
            }
            Map<String, Object> figures = new TreeMap<>(trained.figures());
            // The same training gives the same file, however quick it was.
            figures.remove("examplesPerSecond");
            figures.put("exitAgreementWithOriginalDecision", trained.decisionAccuracy());
            figures.put("epoch", trained.bestEpoch());
            return new Graphs(trained.model(), trained.exits(), null, figures);
        } catch (OnnxFormatException e) {
            throw ModelCheck.failure(e);
        } catch (CancellationException e) {
            return null;
        }
    }
}
