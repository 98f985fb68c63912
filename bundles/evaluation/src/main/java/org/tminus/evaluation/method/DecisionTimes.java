/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.EvaluationProgress;
import org.tminus.evaluation.measure.Conversation;
import org.tminus.evaluation.measure.Platform;
import org.tminus.evaluation.measure.Recorder;
import org.tminus.evaluation.measure.ShortWork;
import org.tminus.failure.TminusException;
import org.tminus.learning.data.Examples;
import org.tminus.model.OperatingPoint;
import org.tminus.model.PolicyDescription;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.policy.Policy;
import org.tminus.policy.lstm.internal.ClosedLoopPolicy;
import org.tminus.policy.lstm.internal.OpenLoopPolicy;
import org.tminus.tensor.HostTensor;

/**
 * How long deciding takes by itself, in batches: the predictor, and the learned policies as the platform asks them. The platform
 * answers some batches while it is written down what a policy is shown; the policy then decides about the same again and again.
 * What cannot be measured is left out, and a note says why. Used by one thread.
 */
public final class DecisionTimes {
    /** Inputs of a batch. */
    public static final int BATCH = 64;

    private static final int BATCHES = 4;
    private static final long LONG_RECORDING_NANOS = 2_000_000_000L;

    private final Subject subject;
    private final OnnxRuntime runtime;
    private final Examples examples;
    private final EvaluationProgress progress;
    private final List<String> notes;

    /** @param notes receives why something was not measured */
    public DecisionTimes(
            Subject subject, OnnxRuntime runtime, Examples examples, EvaluationProgress progress, List<String> notes) {
        this.subject = subject;
        this.runtime = runtime;
        this.examples = examples;
        this.progress = progress;
        this.notes = notes;
    }

    /** Features and trees, in microseconds per input; empty without a predictor. */
    public OptionalDouble predictor() {
        if (subject.model().predictor().isEmpty()) {
            return OptionalDouble.empty();
        }
        progress.reportOrStop("timing the predictor", 0, 1);
        List<Map<String, HostTensor>> batches = new ArrayList<>();
        try {
            List<ShortWork.Batch> work = new ArrayList<>();
            for (int[] rows : batches()) {
                Map<String, HostTensor> inputs = examples.inputs(rows);
                batches.add(inputs);
                work.add(() -> subject.predict(inputs, rows.length).size());
            }
            return OptionalDouble.of(ShortWork.microsPerInput(work));
        } catch (TminusException e) {
            notes.add("The predictor was not timed in batches: " + e.getMessage());
            return OptionalDouble.empty();
        } finally {
            batches.forEach(DecisionTimes::close);
        }
    }

    /** All decisions of a walk, in microseconds per input by policy: of the learned policies that the model brings. */
    public Map<String, Double> policies() {
        Map<String, Policy> served = new TreeMap<>();
        for (PolicyDescription description : subject.model().policies()) {
            if (description.policy().equals(Kind.LEARNED_OPEN)) {
                served.put(Kind.LEARNED_OPEN, new OpenLoopPolicy());
            } else if (description.policy().equals(Kind.LEARNED_CLOSED)) {
                served.put(Kind.LEARNED_CLOSED, new ClosedLoopPolicy());
            }
        }
        Map<String, Double> micros = new TreeMap<>();
        if (served.isEmpty()) {
            return micros;
        }
        try (Platform platform = new Platform(runtime, subject.model())) {
            for (Map.Entry<String, Policy> entry : served.entrySet()) {
                progress.reportOrStop("timing decisions", 0, 1);
                time(platform, entry.getKey(), entry.getValue())
                        .ifPresent(figure -> micros.put(entry.getKey(), figure));
            }
        } catch (EvaluationException e) {
            notes.add("The learned policies' decisions were not timed: " + e.getMessage());
        }
        return micros;
    }

    private OptionalDouble time(Platform platform, String name, Policy policy) {
        try {
            List<ShortWork.Batch> work = new ArrayList<>();
            for (Conversation conversation : record(platform, name, policy)) {
                work.add(() -> conversation.replay(policy).get(0).size());
            }
            return OptionalDouble.of(ShortWork.microsPerInput(work));
        } catch (TminusException e) {
            notes.add("The decisions of " + name + " were not timed: " + e.getMessage());
            return OptionalDouble.empty();
        }
    }

    private List<Conversation> record(Platform platform, String name, Policy policy) throws EvaluationException {
        Recorder recorder = new Recorder(policy);
        platform.addPolicy(name, recorder);
        String point = costliestPoint(name).map(OperatingPoint::name).orElse(null);
        long begin = System.nanoTime();
        for (int[] rows : batches()) {
            Map<String, HostTensor> inputs = examples.inputs(rows);
            try {
                platform.serve(name, point, inputs);
            } finally {
                close(inputs);
            }
            if (System.nanoTime() - begin > LONG_RECORDING_NANOS) {
                break;
            }
        }
        return recorder.conversations();
    }

    /** There a policy decides most often. */
    private Optional<OperatingPoint> costliestPoint(String policy) {
        return subject.model().operatingPoints().stream()
                .filter(point -> point.policy().equals(policy))
                .max(Comparator.comparingDouble(OperatingPoint::flopsRatio));
    }

    /** Rows of the batches, each spread over all examples, so that also sorted data is sampled fairly. */
    private List<int[]> batches() {
        int rows = Math.min(BATCH, examples.size());
        int count = Math.min(BATCHES, examples.size() / rows);
        List<int[]> batches = new ArrayList<>();
        for (int batch = 0; batch < count; batch++) {
            int[] chosen = new int[rows];
            for (int i = 0; i < rows; i++) {
                chosen[i] = (int) (((long) i * count + batch) * examples.size() / ((long) rows * count));
            }
            batches.add(chosen);
        }
        return batches;
    }

    private static void close(Map<String, HostTensor> inputs) {
        inputs.values().forEach(HostTensor::close);
    }
}
