/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.pipeline.Leasable;
import org.tminus.coordinator.internal.pipeline.ServiceEntry;
import org.tminus.failure.TminusException;
import org.tminus.inference.Step;
import org.tminus.model.AdaptiveModel;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.ComplexityPredictor;
import org.tminus.predictor.PredictionContext;

/** Asks the predictor in force when the policy first wants to know, and remembers the outcome. One thread at a time. */
final class Prediction {
    private final Execution execution;
    private final List<ServiceEntry<ComplexityPredictor>> predictors;
    private boolean asked;
    private Optional<List<Complexity>> complexities = Optional.empty();
    private @Nullable TminusException failure;
    private long flopsPerRow;

    Prediction(Execution execution, List<ServiceEntry<ComplexityPredictor>> predictors) {
        this.execution = execution;
        this.predictors = predictors;
    }

    /** @throws TminusException each time, if the predictor failed */
    Optional<List<Complexity>> get(PredictionContext context) throws TminusException {
        if (!asked) {
            asked = true;
            ask(context);
        }
        if (failure != null) {
            throw failure;
        }
        return complexities;
    }

    private void ask(PredictionContext context) {
        ServiceEntry<ComplexityPredictor> unable = null;
        for (ServiceEntry<ComplexityPredictor> entry : predictors) {
            if (execution.task().excluded().contains(entry.lease())) {
                failure = new TminusException(
                        "Predictor '" + entry.name() + "' did not answer.", "See the log of the predictor.");
                unable = entry;
                continue;
            }
            if (!entry.health().permits(execution.now())) {
                failure = new TminusException(
                        "Predictor '" + entry.name() + "' is in quarantine: "
                                + entry.health().reason(),
                        "It is probed again shortly.");
                unable = entry;
                continue;
            }
            // One that has just gone is as good as one that was never there.
            if (entry.lease().tryAcquire(execution)) {
                try {
                    if (ask(entry, context)) {
                        return;
                    }
                } finally {
                    entry.lease().release(execution);
                }
            }
        }
        if (failure != null && unable != null) {
            execution.fallback(unable, String.valueOf(failure.getMessage()));
        }
    }

    /** @return whether this predictor is for the model */
    private boolean ask(ServiceEntry<ComplexityPredictor> entry, PredictionContext context) {
        CallGuard guard = execution.guard();
        Leasable caller = guard.target();
        long callerSince = guard.since();
        long start = execution.now();
        guard.move(entry.lease(), start);
        try {
            AdaptiveModel model = context.model();
            if (!entry.service().supports(model)) {
                return false;
            }
            flopsPerRow = Math.max(0, entry.service().flopsPerRow(model));
            // A copy is checked: what the predictor does to its own list afterwards does not matter.
            List<Complexity> answer = List.copyOf(entry.service().predict(context));
            check(entry, context, answer);
            complexities = Optional.of(answer);
            failure = null;
            execution.praise(entry);
        } catch (Throwable e) {
            String why = "Predictor '" + entry.name() + "' failed: " + Failures.describe(e);
            failure = new TminusException(why, "See the log of the predictor.", e);
            execution.blame(entry, why);
            execution.fallback(entry, why);
        } finally {
            execution.spent(Step.PREDICT, execution.now() - start);
            if (caller != null) {
                guard.move(caller, callerSince);
            }
        }
        return true;
    }

    private static void check(
            ServiceEntry<ComplexityPredictor> entry, PredictionContext context, List<Complexity> answer)
            throws TminusException {
        if (answer.size() != context.rows()) {
            throw new TminusException(
                    "it judged " + answer.size() + " rows, but there are " + context.rows(),
                    "Report it to the maker of predictor '" + entry.name() + "'.");
        }
        int classes = context.model()
                .predictor()
                .map(description -> description.classes().size())
                .orElse(0);
        for (Complexity complexity : answer) {
            if (classes > 0 && complexity.classes() != classes) {
                throw new TminusException(
                        "it gave " + complexity.classes() + " classes, but the model has " + classes,
                        "Report it to the maker of predictor '" + entry.name() + "'.");
            }
        }
    }

    boolean hasFailed() {
        return failure != null;
    }

    Optional<Complexity> of(int row) {
        return complexities.isPresent() ? Optional.of(complexities.get().get(row)) : Optional.empty();
    }

    /** What predicting cost; 0 if nobody asked. */
    long flopsPerRow() {
        return flopsPerRow;
    }
}
