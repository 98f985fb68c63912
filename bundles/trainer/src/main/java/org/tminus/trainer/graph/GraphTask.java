/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import org.jspecify.annotations.Nullable;
import org.tminus.learning.data.TaskData;
import org.tminus.onnx.OnnxModel;

/**
 * What is to be trained.
 *
 * @param name for messages and files
 * @param model the model to begin with: one float output, {@code [batch, classes]} or {@code [batch, width]}
 * @param data access for training; trunk and decision are opened
 * @param objective what the model is trained for
 * @param exits whether every layer but the last gets an exit
 * @param exitPooling how exits pool; {@code null}: as the model's own end does
 * @param teacher answers of a finished model to the trunk split; {@code null} for none
 * @param judge embeddings of the decision split that those of the model are compared with; {@code null} for those of the model
 *     as it came
 * @param options how it is trained
 */
public record GraphTask(
        String name,
        OnnxModel model,
        TaskData.Access data,
        Objective objective,
        boolean exits,
        @Nullable Pooling exitPooling,
        @Nullable SoftAnswers teacher,
        @Nullable SoftAnswers judge,
        GraphOptions options) {
    /** A classifier with exits, without a teacher. */
    public static GraphTask classifier(String name, OnnxModel model, TaskData.Access data, GraphOptions options) {
        return new GraphTask(name, model, data, Objective.CLASSES, true, null, null, null, options);
    }

    /** A model without exits that learns from labels alone. */
    public static GraphTask alone(String name, OnnxModel model, TaskData.Access data, GraphOptions options) {
        return new GraphTask(name, model, data, Objective.CLASSES, false, null, null, null, options);
    }

    /** A model without exits that learns from labels and a finished model. */
    public static GraphTask pupil(
            String name, OnnxModel model, TaskData.Access data, SoftAnswers teacher, GraphOptions options) {
        return new GraphTask(name, model, data, Objective.CLASSES, false, null, teacher, null, options);
    }

    /** A model without exits whose embeddings learn to be those of a finished model. */
    public static GraphTask embedder(
            String name,
            OnnxModel model,
            TaskData.Access data,
            SoftAnswers teacher,
            SoftAnswers judge,
            GraphOptions options) {
        return new GraphTask(name, model, data, Objective.EMBEDDING, false, null, teacher, judge, options);
    }
}
