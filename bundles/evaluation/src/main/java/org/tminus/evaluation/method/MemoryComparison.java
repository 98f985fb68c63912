/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.EvaluationResult.Memory;
import org.tminus.evaluation.MemoryOfWay;
import org.tminus.evaluation.measure.Inputs;
import org.tminus.learning.outcome.Choices;
import org.tminus.model.OperatingPoint;

/** Measures what memory full depth, static models and adaptive ways take, each in processes of its own. */
public final class MemoryComparison {
    private static final int INPUTS = 300;

    private final Subject subject;
    private final MemoryProcess process;

    /** @param notes receives why a figure is missing */
    public MemoryComparison(Subject subject, List<String> notes) {
        this.subject = subject;
        Path model = subject.file("model.json").map(Path::getParent).orElseThrow();
        process = new MemoryProcess(model, notes);
    }

    /**
     * Of full depth, of the static ways, of the headline and of the model's default operating point.
     *
     * @throws EvaluationException if the thread is interrupted
     * @throws CancellationException if the progress says so
     */
    public Memory of(List<Way> ways, Optional<Way> headline, Inputs inputs, EvaluationProgress progress)
            throws EvaluationException {
        String best = headline.map(Way::name).orElse("");
        Double full = null;
        Double adaptive = null;
        List<MemoryOfWay> all = new ArrayList<>();
        for (Way way : ways) {
            boolean isFull = way.kind().equals(Kind.FULL);
            boolean isBest = way.name().equals(best);
            if (isFull || isBest || way.kind().equals(Kind.STATIC) || isDefault(way)) {
                MemoryOfWay measured = measure(way, inputs, progress);
                if (measured != null) {
                    all.add(measured);
                    full = isFull ? (Double) measured.peakMiB() : full;
                    adaptive = isBest ? (Double) measured.peakMiB() : adaptive;
                }
            }
        }
        return new Memory(full, adaptive, all);
    }

    private boolean isDefault(Way way) {
        return subject.model()
                .defaultOperatingPoint()
                .map(OperatingPoint::name)
                .filter(name -> name.equals(way.operatingPoint()))
                .isPresent();
    }

    private @Nullable MemoryOfWay measure(Way way, Inputs inputs, EvaluationProgress progress)
            throws EvaluationException {
        Serving serving = way.serving();
        if (serving == null) {
            return null;
        }
        Choices choices = way.choices();
        int count = Math.min(INPUTS, inputs.size());
        Inputs some =
                new Inputs(inputs.rows().subList(0, count), inputs.tensors().subList(0, count));
        return process.measure(way.name(), serving, row -> choices == null ? 0 : choices.path(row), some, progress);
    }
}
