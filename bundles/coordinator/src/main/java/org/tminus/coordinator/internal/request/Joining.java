/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.configuration.EffectiveSettings;
import org.tminus.inference.InferenceRequest;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.TensorSpec;
import org.tminus.policy.Budget;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/**
 * With which others a request may be worked on together: those of the same {@link Kind}. Immutable.
 *
 * @param maxRows how many rows there may be together
 * @param holdNanos from submission on, for how long a request may be held back for others to come; 0 for not at all
 */
record Joining(Kind kind, int maxRows, long holdNanos) {
    /**
     * What requests that join have in common. Rows are never padded, because no model says what padding would mean to it:
     * sequences must be of equal length.
     *
     * @param shapes of the inputs, in the order of the model's signature, as if each had one row
     */
    record Kind(
            AdaptiveModel model,
            Optional<String> policy,
            Optional<String> operatingPoint,
            Set<String> outputs,
            List<Shape> shapes) {}

    /**
     * @return null if the request runs alone: it takes part in a rollout, whose figures would not be comparable; it has as
     *     many rows as may run together; it has a budget of latency or memory, which is for a run of its own; or the model's
     *     batch is not free
     */
    static @Nullable Joining of(Task task, EffectiveSettings settings) {
        Batch batch = task.batch();
        InferenceRequest request = task.request();
        Budget budget = request.budget().orElse(settings.budget());
        if (batch.rows() >= settings.batchMaxRows()
                || task.isShadow()
                || task.ticket() != null
                || budget.latency().isPresent()
                || budget.memoryBytes().isPresent()
                || !isBatchFree(batch.model())) {
            return null;
        }
        List<Shape> shapes = new ArrayList<>();
        for (TensorSpec spec : batch.model().signature().inputs()) {
            Tensor input = Objects.requireNonNull(request.inputs().get(spec.name()));
            shapes.add(input.shape().withBatch(1));
        }
        Kind kind = new Kind(batch.model(), request.policy(), request.operatingPoint(), batch.outputs(), shapes);
        return new Joining(kind, settings.batchMaxRows(), hold(task.deadline(), settings.batchDelayMicros()));
    }

    private static boolean isBatchFree(AdaptiveModel model) {
        return model.signature().inputs().stream().allMatch(Joining::isBatchFree)
                && model.signature().outputs().stream().allMatch(Joining::isBatchFree);
    }

    private static boolean isBatchFree(TensorSpec spec) {
        return !spec.dimensions().isEmpty() && spec.dimensions().get(0) == TensorSpec.ANY;
    }

    /** At most half of the time that the deadline leaves: the other half is for the work. */
    private static long hold(Deadline deadline, long delayMicros) {
        long delay = TimeUnit.MICROSECONDS.toNanos(delayMicros);
        return deadline.isLimited() ? Math.min(delay, Math.max(0, deadline.nanosLeft() / 2)) : delay;
    }

    boolean isHeldBack() {
        return holdNanos > 0;
    }

    boolean joins(@Nullable Joining other) {
        return other != null && maxRows == other.maxRows && kind.equals(other.kind);
    }
}
