/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.util.Map;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.measure.Server;
import org.tminus.predictor.Complexity;
import org.tminus.tensor.HostTensor;

/** Answers with the class of complexity that the predictor thinks likeliest, so that it can be timed as ways of answering are. */
public final class PredictorServer implements Server {
    private final Subject subject;

    /** @param subject a model with a predictor */
    public PredictorServer(Subject subject) {
        this.subject = subject;
    }

    @Override
    public Answer answer(Map<String, HostTensor> input, int row) throws EvaluationException {
        Complexity complexity = subject.predict(input, 1).get(0);
        int likeliest = 0;
        for (int k = 1; k < complexity.classes(); k++) {
            likeliest = complexity.probability(k) > complexity.probability(likeliest) ? k : likeliest;
        }
        return Answer.of(likeliest);
    }

    @Override
    public void close() {
        // The subject belongs to whoever opened it.
    }
}
