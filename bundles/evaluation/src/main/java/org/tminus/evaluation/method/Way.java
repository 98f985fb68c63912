/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import org.jspecify.annotations.Nullable;
import org.tminus.learning.baseline.Expected;
import org.tminus.learning.outcome.Choices;

/**
 * A way of deciding and what it does on test data.
 *
 * @param name unique among the rows
 * @param test per example, in expectation
 * @param choices the paths taken; null where there is no single path per example, or the model is another one
 * @param decisionRatio mean FLOPs over full depth on the decision split, as known to whoever chose
 * @param decisionQuality accuracy there, or agreement without labels
 * @param onHull whether it is a corner of the static hull; null if it was no candidate
 * @param operatingPoint of the model; null if it is none
 * @param serving how its latency is measured; null if it cannot be served
 * @param inSample whether it was chosen by what the predictor says of inputs that it was trained on, and so may be weaker than
 *     its kind can be
 */
public record Way(
        String name,
        String kind,
        Expected test,
        @Nullable Choices choices,
        double decisionRatio,
        double decisionQuality,
        @Nullable Boolean onHull,
        @Nullable String operatingPoint,
        @Nullable Serving serving,
        boolean inSample) {}
