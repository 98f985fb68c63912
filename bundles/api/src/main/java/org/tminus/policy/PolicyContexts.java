/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.backend.Telemetry;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.predictor.Complexity;

/** Makes {@link PolicyContext}s for tests of policies. Not thread-safe; what it builds is immutable. */
public final class PolicyContexts {
    private final AdaptiveModel model;
    private int rows = 1;
    private long[] lengths = {0};
    private @Nullable List<Complexity> complexities;
    private Budget budget = Budget.unlimited();
    private @Nullable OperatingPoint operatingPoint;
    private Map<String, Object> parameters = Map.of();
    private @Nullable List<Path> allowedPaths;
    private Telemetry telemetry = Telemetry.none();
    private @Nullable Duration timeLeft;
    private int queueLength;
    private int requestsWaiting;
    private long oldestWaitNanos;
    private long seed = 1;

    private PolicyContexts(AdaptiveModel model) {
        this.model = model;
    }

    /** One row, unlimited budget, the model's whole menu allowed, nothing else known. */
    public static PolicyContexts of(AdaptiveModel model) {
        return new PolicyContexts(model);
    }

    public PolicyContexts rows(int number) {
        rows = number;
        lengths = Arrays.copyOf(lengths, number);
        return this;
    }

    /** One length per row; sets the number of rows. */
    public PolicyContexts lengths(long... values) {
        rows = values.length;
        lengths = values.clone();
        return this;
    }

    /** One complexity per row; sets the number of rows. */
    public PolicyContexts complexities(List<Complexity> values) {
        rows(values.size());
        complexities = List.copyOf(values);
        return this;
    }

    public PolicyContexts budget(Budget value) {
        budget = value;
        return this;
    }

    public PolicyContexts operatingPoint(OperatingPoint value) {
        operatingPoint = value;
        return this;
    }

    public PolicyContexts parameters(Map<String, Object> values) {
        parameters = Map.copyOf(values);
        return this;
    }

    public PolicyContexts allowedPaths(List<Path> paths) {
        allowedPaths = List.copyOf(paths);
        return this;
    }

    public PolicyContexts telemetry(Telemetry value) {
        telemetry = value;
        return this;
    }

    public PolicyContexts timeLeft(Duration value) {
        timeLeft = value;
        return this;
    }

    public PolicyContexts queueLength(int requests) {
        queueLength = requests;
        return this;
    }

    public PolicyContexts requestsWaiting(int requests) {
        requestsWaiting = requests;
        return this;
    }

    /** @param nanos for how long the oldest request has waited */
    public PolicyContexts oldestWaitNanos(long nanos) {
        oldestWaitNanos = nanos;
        return this;
    }

    public PolicyContexts seed(long value) {
        seed = value;
        return this;
    }

    public PolicyContext build() {
        return new Fixed(
                model,
                rows,
                lengths.clone(),
                Optional.ofNullable(complexities),
                budget,
                Optional.ofNullable(operatingPoint),
                parameters,
                allowedPaths == null ? model.menu() : allowedPaths,
                telemetry,
                Optional.ofNullable(timeLeft),
                queueLength,
                requestsWaiting,
                oldestWaitNanos,
                seed);
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Fixed(
            AdaptiveModel model,
            int rows,
            long[] lengths,
            Optional<List<Complexity>> complexities,
            Budget budget,
            Optional<OperatingPoint> operatingPoint,
            Map<String, Object> parameters,
            List<Path> allowedPaths,
            Telemetry telemetry,
            Optional<Duration> timeLeft,
            int queueLength,
            int requestsWaiting,
            long oldestWaitNanos,
            long seed)
            implements PolicyContext {
        @Override
        public long length(int row) {
            return lengths[row];
        }
    }
}
