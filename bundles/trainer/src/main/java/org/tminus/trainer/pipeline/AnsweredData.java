/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import org.tminus.learning.data.Examples;
import org.tminus.learning.data.ForwardingExamples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.trainer.graph.SoftAnswers;

/** Data without labels, with the classes that a model answers in their place. */
public final class AnsweredData {
    private AnsweredData() {}

    /**
     * The same data for training.
     *
     * @param trunk the model's answers to the trunk split
     * @param decision those to the decision split
     */
    public static TaskData.Access of(TaskData.Access data, SoftAnswers trunk, SoftAnswers decision) {
        return new TaskData(
                        data.description(),
                        split -> new Answered(data.open(split), split == Split.TRUNK ? trunk : decision))
                .accessFor(Purpose.TRAINING);
    }

    private record Answered(Examples examples, SoftAnswers answers) implements ForwardingExamples {
        @Override
        public int label(int row) {
            return answers.best(row);
        }
    }
}
