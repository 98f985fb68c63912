/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.tensor.HostTensor;
import org.tminus.trainer.ProgressListener;
import org.tminus.trainer.graph.GraphDistillation;
import org.tminus.trainer.graph.GraphOptions;
import org.tminus.trainer.graph.GraphTask;
import org.tminus.trainer.graph.GraphTrunk;
import org.tminus.trainer.graph.Objective;
import org.tminus.trainer.graph.Pooling;
import org.tminus.trainer.graph.SoftAnswers;
import org.tminus.trainer.pipeline.Trunk;

/**
 * Trains a classifier without labels: what it answered as it came is what full depth and every exit learn to answer. Only
 * the training of the weights sees these answers in the place of labels; all figures say agreement, not accuracy.
 */
record AgreementTrunk(OnnxModel model, @Nullable Pooling pooling, GraphOptions options, String identity)
        implements Trunk {
    @Override
    public String fingerprint() {
        return "agreement " + identity + " " + pooling + " "
                + options.withThreads(1).withCheckpointSteps(1);
    }

    @Override
    public @Nullable Graphs train(TaskData.Access data, Path folder, BooleanSupplier stop, ProgressListener listener)
            throws IOException {
        try {
            Examples trunk = data.open(Split.TRUNK);
            SoftAnswers teacher = SoftAnswers.of(model, trunk, options.threads());
            Examples decision = data.open(Split.DECISION);
            SoftAnswers judge = SoftAnswers.of(model, decision, options.threads());
            TaskData answered = new TaskData(
                    data.description(),
                    split -> split == Split.TRUNK ? new Answered(trunk, teacher) : new Answered(decision, judge));
            GraphTask task = new GraphTask(
                    data.description().name(),
                    model,
                    answered.accessFor(Purpose.TRAINING),
                    Objective.CLASSES,
                    true,
                    pooling,
                    teacher,
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
        }
    }

    /** Examples with a model's answers as labels. */
    private record Answered(Examples examples, SoftAnswers answers) implements Examples {
        @Override
        public int size() {
            return examples.size();
        }

        @Override
        public String id(int row) {
            return examples.id(row);
        }

        @Override
        public int label(int row) {
            return answers.best(row);
        }

        @Override
        public int length(int row) {
            return examples.length(row);
        }

        @Override
        public Map<String, HostTensor> inputs(int[] rows) {
            return examples.inputs(rows);
        }

        @Override
        public Display display(int row) {
            return examples.display(row);
        }
    }
}
