/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
import org.tminus.coordinator.internal.configuration.RolloutSettings;
import org.tminus.coordinator.internal.rollout.Rollout;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Priority;
import org.tminus.tensor.Tensor;

/**
 * A request that one side of a rollout has answered, to be repeated with the other.
 *
 * @param asked the client's request, for its terms; its tensors are not touched any more
 * @param byCandidate whether the candidate has answered
 * @param agreement null if the answers cannot be compared
 * @param inputs copies of the inputs
 * @param answers per row, what is compared of the answer
 */
record RolloutComparison(
        Rollout rollout,
        long requestId,
        InferenceRequest asked,
        Batch batch,
        boolean byCandidate,
        @Nullable Agreement agreement,
        Map<String, Tensor> inputs,
        List<float[]> answers)
        implements ShadowJob {
    @Override
    public Task task(LongSupplier clock, CompletableFuture<InferenceResult> future) {
        InferenceRequest.Builder request = InferenceRequest.builder(
                        batch.model().name())
                .inputs(inputs)
                .outputs(batch.outputs().toArray(String[]::new))
                .priority(Priority.LOW)
                .strict(asked.strict());
        asked.budget().ifPresent(request::budget);
        asked.operatingPoint().ifPresent(request::operatingPoint);
        RolloutSettings settings = rollout.settings();
        if (!settings.isForModel()) {
            request.versions(exactly(batch.model().version()));
        } else if (!byCandidate) {
            request.versions(exactly(settings.candidateVersion()));
        }
        Ticket ticket = byCandidate ? null : Ticket.candidate(rollout);
        return Task.repeat(requestId, request.build(), batch, ticket, clock, future);
    }

    private static VersionRange exactly(Version version) {
        return new VersionRange("[" + version + "," + version + "]");
    }

    @Override
    public void compare(@Nullable InferenceResult result) {
        if (agreement == null || result == null) {
            return;
        }
        for (int row = 0; row < answers.size(); row++) {
            float[] other = agreement.keep(result.outputs(), row);
            rollout.compared(other != null && agreement.isSame(answers.get(row), other));
        }
    }

    @Override
    public void drop() {
        rollout.dropped();
        close();
    }

    @Override
    public void close() {
        inputs.values().forEach(Tensor::close);
    }
}
