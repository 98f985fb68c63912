/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.ArrayList;
import java.util.List;
import org.tminus.evaluation.EvaluationResult.ShiftOutcome;
import org.tminus.evaluation.method.PointDeciders;
import org.tminus.evaluation.method.Subject;
import org.tminus.learning.baseline.Decider;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Groups;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.tasks.shift.Shift;
import org.tminus.tasks.shift.Shifts;

/** What changed inputs do to answers and to the certificate, with the unchanged ones beside them. Used by one thread. */
final class ShiftTrials {
    /** The control: a test that withdraws here would withdraw anywhere. */
    static final String UNSHIFTED = "unshifted";

    private final Subject subject;
    private final PointDeciders points;
    private final Watching watching;
    private final EvaluationOptions options;
    private final List<String> notes;

    ShiftTrials(
            Subject subject, PointDeciders points, Watching watching, EvaluationOptions options, List<String> notes) {
        this.subject = subject;
        this.points = points;
        this.watching = watching;
        this.options = options;
        this.notes = notes;
    }

    /** @param test of the examples as they are */
    List<ShiftOutcome> run(Examples examples, Outcomes test, EvaluationProgress progress) throws EvaluationException {
        List<Shift> shifts = options.shifts();
        if (shifts == null) {
            shifts = Shifts.standard(examples, options.seed());
        }
        if (shifts.isEmpty()) {
            notes.add("Behaviour under shift was not measured: no shift was asked for, or none fits the data.");
            return List.of();
        }
        Decider decider = watching.point()
                .flatMap(name -> subject.model().operatingPoint(name))
                .flatMap(points::of)
                .orElse(null);
        if (decider == null) {
            notes.add("Behaviour under shift was not measured: the model has no operating point that can be played.");
            return List.of();
        }
        watching.obstacle()
                .ifPresent(reason ->
                        notes.add("Nothing is watched under shift, so a certificate is neither held nor withdrawn: "
                                + reason + "."));
        List<ShiftOutcome> all = new ArrayList<>();
        all.add(outcome(UNSHIFTED, decider.decide(test), Groups.of(examples)));
        for (Shift shift : shifts) {
            if (!shift.fits(examples)) {
                notes.add("The shift '" + shift.name() + "' does not fit the data.");
                continue;
            }
            Examples changed = shift.apply(examples);
            if (changed.size() == 0) {
                notes.add("The shift '" + shift.name() + "' has no examples.");
                continue;
            }
            Outcomes outcomes = subject.outcomes(changed, shift.name(), progress);
            all.add(outcome(shift.name(), decider.decide(outcomes), Groups.of(changed)));
        }
        return all;
    }

    private ShiftOutcome outcome(String name, Choices choices, Groups groups) {
        boolean labelled = choices.outcomes().isLabelled();
        Watching.Watch watch = watching.watch(choices::agrees, groups, options.seed());
        return new ShiftOutcome(
                name,
                labelled ? (Double) accuracyOfFullDepth(choices.outcomes()) : null,
                labelled ? (Double) choices.accuracy() : null,
                choices.agreement(),
                choices.flopsRatio(),
                watch.state(),
                watch.observed(),
                watching.point().orElse(null));
    }

    private static double accuracyOfFullDepth(Outcomes outcomes) {
        int full = outcomes.trie().menu().size() - 1;
        int right = 0;
        for (int row = 0; row < outcomes.rows(); row++) {
            right += outcomes.isRight(full, row) ? 1 : 0;
        }
        return (double) right / outcomes.rows();
    }
}
