/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tminus.certificate.Candidate;
import org.tminus.certificate.LossMatrix;
import org.tminus.certificate.Risk;
import org.tminus.certificate.SequentialTest;
import org.tminus.certificate.TestMethod;
import org.tminus.certificate.Validity;
import org.tminus.evaluation.method.PointDeciders;
import org.tminus.evaluation.method.Subject;
import org.tminus.learning.baseline.Decider;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Groups;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.TaskData;
import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;
import org.tminus.model.Certificate;
import org.tminus.model.OperatingPoint;

/**
 * What the certificate promises, whether its method keeps promises, and whether watching notices shifted inputs. One input of
 * each group stands for it, as where a certificate is made: tests need independent inputs.
 */
final class Guarantee {
    private final Subject subject;
    private final PointDeciders points;
    private final TaskData data;
    private final EvaluationOptions options;
    private final List<String> notes;
    private final Map<String, Double> limits = new LinkedHashMap<>();

    Guarantee(Subject subject, PointDeciders points, TaskData data, EvaluationOptions options, List<String> notes) {
        this.subject = subject;
        this.points = points;
        this.data = data;
        this.options = options;
        this.notes = notes;
    }

    /**
     * How the sequential test ended.
     *
     * @param state held or withdrawn; null if there is no limit to test against
     */
    record Watch(@Nullable String state, int observed) {}

    /** Resplits and simulates; opens the calibration split. */
    EvaluationResult.Certificate check(Examples testExamples, Outcomes test, EvaluationProgress progress)
            throws EvaluationException {
        Certificate stated = subject.model().certificate().orElse(null);
        if (stated == null) {
            notes.add(
                    "The model brings no certificate; the method is checked all the same, at the epsilon and delta asked for.");
        }
        double epsilon = stated == null ? options.epsilon() : stated.epsilon();
        double delta = stated == null ? options.delta() : stated.delta();
        Map<String, Decider> deciders = new LinkedHashMap<>();
        // Those that failed as well: of points that passed on these very inputs a resplit hardly finds one that breaks
        // the promise.
        for (OperatingPoint point : inOrderOfCertification()) {
            points.of(point).ifPresent(decider -> deciders.put(point.name(), decider));
        }
        Validity.@Nullable Resplits resplits = null;
        Risk risk =
                stated == null ? (test.isLabelled() ? Risk.ACCURACY_LOSS : Risk.DISAGREEMENT) : Risk.of(stated.risk());
        int calibrated = 0;
        int pooledInputs = 0;
        if (deciders.isEmpty()) {
            notes.add(
                    "The certificate was not checked: no adaptive operating point of the model can be played on tables.");
        } else {
            Examples examples = data.accessFor(Purpose.CERTIFYING).open(Split.CALIBRATION);
            if (examples.size() == 0) {
                notes.add("The certificate was not checked by resplits: there is no calibration data.");
            } else {
                Outcomes calibration = subject.outcomes(examples, "calibration data", progress);
                calibrated = Groups.of(examples).count();
                LossMatrix pooled =
                        losses(risk, examples, calibration, deciders).with(losses(risk, testExamples, test, deciders));
                pooledInputs = pooled.inputs();
                setLimits(examples, calibration, deciders, delta);
                if (options.resplits() > 0) {
                    resplits = Validity.resplits(
                            pooled,
                            epsilon,
                            delta,
                            options.resplits(),
                            options.seed(),
                            (done, total) -> progress.reportOrStop("resplitting", done, total));
                }
            }
        }
        Validity.@Nullable Simulation simulation = null;
        if (options.simulationDraws() > 0) {
            int inputs = stated == null ? Math.max(calibrated, 1000) : (int) Math.min(stated.inputs(), 1 << 20);
            simulation = Validity.simulate(
                    risk,
                    risk.defaultMethod(),
                    inputs,
                    epsilon,
                    delta,
                    options.simulationDraws(),
                    options.seed(),
                    (done, total) -> progress.reportOrStop("simulating certificates", done, total));
        } else {
            notes.add("The certificate was not checked by simulation: no draws were asked for.");
        }
        return new EvaluationResult.Certificate(
                stated == null ? null : stated.risk(),
                stated == null ? null : stated.epsilon(),
                stated == null ? null : stated.delta(),
                stated == null ? null : stated.inputs(),
                stated == null ? List.of() : List.copyOf(new TreeSet<>(stated.operatingPoints())),
                resplits == null ? null : resplits.violationsIn(),
                resplits == null ? null : resplits.certifiedIn(),
                simulation == null ? null : simulation.rate(),
                simulation == null ? null : simulation.limit(),
                simulation == null ? null : simulation.draws(),
                resplits == null ? null : resplits.times(),
                risk.key(),
                epsilon,
                delta,
                resplits == null ? List.of() : List.copyOf(deciders.keySet()),
                resplits == null ? null : (Integer) pooledInputs);
    }

    /** All adaptive points as training takes them. The figures are those of training, from trees that had not seen the input. */
    private List<OperatingPoint> inOrderOfCertification() {
        return Candidate.safestFirst(
                subject.model().operatingPoints(),
                point -> new Candidate(
                        point.name(), point.policy(), point.flopsRatio(), point.accuracy(), point.fullDepthAccuracy()));
    }

    private static LossMatrix losses(Risk risk, Examples examples, Outcomes outcomes, Map<String, Decider> deciders) {
        int[] rows = Groups.of(examples).oneEach();
        List<String> ids = Arrays.stream(rows).mapToObj(examples::id).toList();
        int full = outcomes.trie().menu().size() - 1;
        byte[][] losses = new byte[deciders.size()][rows.length];
        int index = 0;
        for (Decider decider : deciders.values()) {
            Choices choices = decider.decide(outcomes);
            for (int i = 0; i < rows.length; i++) {
                losses[index][i] = risk == Risk.DISAGREEMENT
                        ? LossMatrix.disagreement(choices.agrees(rows[i]))
                        : LossMatrix.accuracyLoss(outcomes.isRight(full, rows[i]), choices.isRight(rows[i]));
            }
            index++;
        }
        return LossMatrix.of(risk, List.copyOf(deciders.keySet()), ids, losses);
    }

    /** What the certificate states, else an upper confidence bound of the disagreement on calibration data. */
    private void setLimits(Examples examples, Outcomes calibration, Map<String, Decider> deciders, double delta) {
        Map<String, Double> stated = subject.model()
                .certificate()
                .map(Certificate::disagreementLimits)
                .orElse(Map.of());
        LossMatrix matrix = losses(Risk.DISAGREEMENT, examples, calibration, deciders);
        TestMethod method = Risk.DISAGREEMENT.defaultMethod();
        for (int point = 0; point < matrix.points().size(); point++) {
            String name = matrix.points().get(point);
            Double limit = stated.get(name);
            limits.put(name, limit != null ? limit : method.upperBound(matrix.losses(point), delta));
        }
    }

    /** Runs the sequential test over the answers in an order that the seed draws, as if every request had a shadow. */
    Watch watch(Choices choices, @Nullable String point) {
        Double limit = point == null ? null : limits.get(point);
        if (limit == null || !(limit > 0 && limit < 1)) {
            return new Watch(null, 0);
        }
        double delta = subject.model().certificate().map(Certificate::delta).orElse(options.delta());
        SequentialTest test = new SequentialTest(limit, delta);
        List<Integer> order = new ArrayList<>();
        for (int row = 0; row < choices.outcomes().rows(); row++) {
            order.add(row);
        }
        Collections.shuffle(order, new Random(options.seed()));
        int observed = 0;
        for (int row : order) {
            observed++;
            if (test.observe(choices.agrees(row))) {
                return new Watch("withdrawn", observed);
            }
        }
        return new Watch("held", observed);
    }
}
