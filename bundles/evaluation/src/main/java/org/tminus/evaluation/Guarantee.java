/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tminus.certificate.Candidate;
import org.tminus.certificate.LossMatrix;
import org.tminus.certificate.Planning;
import org.tminus.certificate.Risk;
import org.tminus.certificate.TestMethod;
import org.tminus.certificate.Validity;
import org.tminus.evaluation.EvaluationResult.Plan;
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
 * What the certificate promises, whether its method keeps promises, and which promises its inputs can bear. One input of
 * each group stands for it, as where a certificate is made: tests need independent inputs.
 */
final class Guarantee {
    /** The bound that plans compare with: what full depth is to be kept within. */
    private static final double WANTED = 0.003;
    /** How likely a plan makes the certificate. */
    private static final double POWER = 0.8;

    private final Subject subject;
    private final PointDeciders points;
    private final TaskData data;
    private final EvaluationOptions options;
    private final List<String> order;
    private final List<String> notes;

    /** @param order names of the points in the order of their tests; empty if the model does not say it */
    Guarantee(
            Subject subject,
            PointDeciders points,
            TaskData data,
            EvaluationOptions options,
            List<String> order,
            List<String> notes) {
        this.subject = subject;
        this.points = points;
        this.data = data;
        this.options = options;
        this.order = order;
        this.notes = notes;
    }

    /**
     * Resplits, simulates and plans; opens the calibration split.
     *
     * @param planned operating points to say of what the calibration inputs can certify; the safest is planned for as well
     */
    EvaluationResult.Certificate check(
            Examples testExamples, Outcomes test, Collection<String> planned, EvaluationProgress progress)
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
        List<Plan> plans = List.of();
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
                LossMatrix own = losses(risk, examples, calibration, deciders);
                LossMatrix pooled = own.with(losses(risk, testExamples, test, deciders));
                pooledInputs = pooled.inputs();
                Set<String> names = new LinkedHashSet<>(planned);
                names.add(own.points().get(0));
                plans = plans(own, names, delta, progress);
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
                resplits == null ? null : (Integer) pooledInputs,
                plans);
    }

    private List<Plan> plans(LossMatrix losses, Collection<String> planned, double delta, EvaluationProgress progress) {
        List<Plan> plans = new ArrayList<>();
        for (String name : planned) {
            int point = losses.points().indexOf(name);
            if (point >= 0) {
                progress.reportOrStop("planning certificates", plans.size(), planned.size());
                plans.add(plan(losses, point, delta));
            }
        }
        return plans;
    }

    private Plan plan(LossMatrix losses, int point, double delta) {
        long sum = 0;
        long discordant = 0;
        for (byte loss : losses.losses(point)) {
            sum += loss;
            discordant += loss == 0 ? 0 : 1;
        }
        int n = losses.inputs();
        double mean = (double) sum / n;
        double discordance = (double) discordant / n;
        TestMethod method = losses.risk().defaultMethod();
        int needed = Planning.inputsNeeded(method, WANTED, delta, mean, discordance, POWER, options.seed());
        return new Plan(
                losses.points().get(point),
                n,
                mean,
                discordance,
                POWER,
                Planning.smallestEpsilon(method, n, delta, mean, discordance, POWER, options.seed()),
                WANTED,
                needed == Planning.NEVER ? null : (Integer) needed);
    }

    /** All adaptive points in the order in which training tested them; of an unknown order, from the costliest down. */
    private List<OperatingPoint> inOrderOfCertification() {
        if (order.isEmpty()) {
            notes.add(
                    "The model does not say in which order its points were tested: resplits take the costliest first.");
        }
        Comparator<OperatingPoint> tested = Comparator.comparingInt(point -> order.indexOf(point.name()));
        return subject.model().operatingPoints().stream()
                .filter(point -> order.isEmpty() ? Candidate.isTested(point.policy()) : order.contains(point.name()))
                .sorted(tested.thenComparing(point -> -point.flopsRatio()))
                .toList();
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
}
