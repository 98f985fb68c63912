/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck.internal.policy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.tminus.backend.Telemetry;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.policy.Budget;
import org.tminus.policy.PolicyContext;
import org.tminus.predictor.Complexity;

/** One batch as the platform hands it to a policy. Immutable. */
record Batch(
        AdaptiveModel model,
        List<Long> lengths,
        List<Path> allowedPaths,
        Budget budget,
        Telemetry telemetry,
        Optional<Duration> timeLeft,
        int queueLength,
        Map<String, Object> parameters,
        Prediction prediction,
        long seed)
        implements PolicyContext {
    /** What the predictor says. */
    interface Prediction {
        /** A predictor that fails. */
        Prediction FAILED = () -> {
            throw new TminusException("The predictor failed.", "Look into its log.");
        };

        /** No predictor supports the model. */
        Prediction NONE = Optional::empty;

        Optional<List<Complexity>> get() throws TminusException;
    }

    private static final Budget[] BUDGETS = {
        Budget.unlimited(),
        Budget.ofFlopsRatio(1e-9),
        Budget.ofFlopsRatio(0.5),
        Budget.ofFlopsRatio(1),
        Budget.builder()
                .latency(Duration.ofNanos(1))
                .joules(1e-9)
                .memoryBytes(1)
                .build()
    };
    private static final Telemetry[] TELEMETRIES = {
        Telemetry.none(),
        Telemetry.builder()
                .figure(Telemetry.LOAD, 0.7)
                .figure(Telemetry.POWER_WATTS, 35)
                .figure(Telemetry.TEMPERATURE_CELSIUS, 61)
                .build(),
        Telemetry.builder()
                .figure(Telemetry.LOAD, -5)
                .figure(Telemetry.POWER_WATTS, 1e300)
                .figure(Telemetry.TEMPERATURE_CELSIUS, -400)
                .build()
    };

    /** A batch whose circumstances follow from its number. */
    static Batch numbered(AdaptiveModel model, List<Path> allowed, Map<String, Object> parameters, long number) {
        Random random = new Random(number);
        int rows = 1 + random.nextInt(9);
        boolean sequence = model.signature().sequence().isPresent();
        List<Long> lengths = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            lengths.add(sequence ? 1L + random.nextInt(512) : 0L);
        }
        return new Batch(
                model,
                lengths,
                allowed,
                BUDGETS[random.nextInt(BUDGETS.length)],
                TELEMETRIES[random.nextInt(TELEMETRIES.length)],
                random.nextBoolean() ? Optional.empty() : Optional.of(Duration.ofMillis(random.nextInt(100) - 10)),
                random.nextInt(3) == 0 ? Integer.MAX_VALUE : random.nextInt(5),
                parameters,
                random.nextInt(4) == 0 ? Prediction.NONE : of(complexities(model, rows, random, 0)),
                random.nextLong());
    }

    /** @param moreClasses than the model's predictor has; what a predictor of another model would say */
    static List<Complexity> complexities(AdaptiveModel model, int rows, Random random, int moreClasses) {
        int classes = model.predictor()
                        .map(description -> description.classes().size())
                        .orElse(model.menu().size())
                + moreClasses;
        List<Complexity> complexities = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            float[] probabilities = new float[classes];
            int kind = random.nextInt(3);
            if (kind == 0) {
                probabilities[random.nextInt(classes)] = 1;
            } else {
                float rest = 1;
                for (int index = 0; index < classes - 1; index++) {
                    probabilities[index] = kind == 1 ? 1f / classes : rest * random.nextFloat();
                    rest -= probabilities[index];
                }
                probabilities[classes - 1] = Math.max(0, rest);
            }
            complexities.add(Complexity.ofProbabilities(probabilities));
        }
        return complexities;
    }

    static Prediction of(List<Complexity> complexities) {
        return () -> Optional.of(complexities);
    }

    Batch predicted(Prediction other) {
        return new Batch(
                model, lengths, allowedPaths, budget, telemetry, timeLeft, queueLength, parameters, other, seed);
    }

    @Override
    public int rows() {
        return lengths.size();
    }

    @Override
    public long length(int row) {
        return lengths.get(row);
    }

    @Override
    public Optional<List<Complexity>> complexities() throws TminusException {
        return prediction.get();
    }

    @Override
    public Optional<OperatingPoint> operatingPoint() {
        return Optional.empty();
    }
}
