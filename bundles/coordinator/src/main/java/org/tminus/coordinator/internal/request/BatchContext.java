/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.backend.Telemetry;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.policy.Budget;
import org.tminus.policy.PolicyContext;
import org.tminus.predictor.Complexity;
import org.tminus.predictor.PredictionContext;
import org.tminus.tensor.Tensor;

/** What policy and predictor see of one batch; all that costs something is worked out when it is first asked for. */
final class BatchContext implements PolicyContext, PredictionContext {
    private final Task task;
    private final Batch batch;
    private final Budget budget;
    private final @Nullable OperatingPoint operatingPoint;
    private final Map<String, Object> parameters;
    private final Allowed allowed;
    private final DeviceTelemetry telemetry;
    private final Prediction prediction;
    private final Scheduler scheduler;

    BatchContext(
            Task task,
            Budget budget,
            @Nullable OperatingPoint operatingPoint,
            Map<String, Object> parameters,
            Allowed allowed,
            DeviceTelemetry telemetry,
            Prediction prediction,
            Scheduler scheduler) {
        this.task = task;
        this.batch = task.batch();
        this.budget = budget;
        this.operatingPoint = operatingPoint;
        this.parameters = parameters;
        this.allowed = allowed;
        this.telemetry = telemetry;
        this.prediction = prediction;
        this.scheduler = scheduler;
    }

    @Override
    public AdaptiveModel model() {
        return batch.model();
    }

    @Override
    public int rows() {
        return batch.rows();
    }

    @Override
    public long length(int row) {
        if (row < 0 || row >= batch.rows()) {
            throw new IndexOutOfBoundsException("Row " + row + " of " + batch.rows());
        }
        return batch.length();
    }

    @Override
    public Optional<List<Complexity>> complexities() throws TminusException {
        return prediction.get(this);
    }

    @Override
    public Budget budget() {
        return budget;
    }

    @Override
    public Optional<OperatingPoint> operatingPoint() {
        return Optional.ofNullable(operatingPoint);
    }

    @Override
    public Map<String, Object> parameters() {
        return parameters;
    }

    @Override
    public List<Path> allowedPaths() {
        return allowed.paths();
    }

    @Override
    public Telemetry telemetry() {
        return telemetry.get();
    }

    @Override
    public Optional<Duration> timeLeft() {
        return task.deadline().timeLeft();
    }

    @Override
    public int queueLength() {
        return scheduler.queueLength(batch.model().name());
    }

    @Override
    public int requestsWaiting() {
        return scheduler.requestsWaiting();
    }

    @Override
    public long oldestWaitNanos() {
        return scheduler.oldestWaitNanos();
    }

    @Override
    public long seed() {
        long seed = 17;
        for (var spec : batch.model().signature().inputs()) {
            Tensor tensor = inputs().get(spec.name());
            seed = seed * 31 + (tensor == null ? 0 : Tensors.hash(tensor));
        }
        return seed;
    }

    @Override
    public Map<String, Tensor> inputs() {
        return task.request().inputs();
    }

    @Override
    public Optional<Tensor> stemOutput() {
        return Optional.empty();
    }
}
