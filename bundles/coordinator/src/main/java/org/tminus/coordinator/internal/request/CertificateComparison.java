/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.VersionRange;
import org.tminus.certificate.SequentialTest;
import org.tminus.coordinator.internal.certificate.CertificateBook;
import org.tminus.coordinator.internal.certificate.PointId;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.coordinator.internal.status.Counters;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Priority;
import org.tminus.tensor.Tensor;

/**
 * Rows drawn from one answered request, to be compared with full depth. Those that a shorter path answered are to run, with
 * copies of their inputs; the others agree with full depth already, and wait here with them so that every comparison comes
 * in the order in which it was drawn, and is dropped alike.
 *
 * @param requestId the request that they are from
 * @param inputs copies of the rows that have to run; empty if none has
 * @param kept per row drawn, what is compared of its answer
 */
record CertificateComparison(
        CertificateBook book,
        Counters counters,
        long requestId,
        Batch batch,
        PointId id,
        SequentialTest test,
        Agreement agreement,
        Map<String, Tensor> inputs,
        List<Kept> kept)
        implements ShadowJob {
    /** What is compared of one row; {@code answer} is empty where full depth answered. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Kept(boolean fullDepth, float[] answer) {}

    /** How many rows have to run. */
    private int rows() {
        return (int) kept.stream().filter(row -> !row.fullDepth()).count();
    }

    @Override
    public @Nullable Task task(LongSupplier clock, CompletableFuture<InferenceResult> future) {
        if (rows() == 0) {
            return null;
        }
        Set<String> outputs = Set.of(agreement.output());
        String version = batch.model().version().toString();
        InferenceRequest request = InferenceRequest.builder(batch.model().name())
                .versions(new VersionRange("[" + version + "," + version + "]"))
                .inputs(inputs)
                .outputs(agreement.output())
                .priority(Priority.LOW)
                .build();
        Batch rows = new Batch(batch.model(), rows(), batch.length(), outputs);
        return Task.fullDepth(requestId, request, rows, clock, future);
    }

    @Override
    public void compare(@Nullable InferenceResult result) {
        int row = 0;
        for (Kept each : kept) {
            boolean agrees = each.fullDepth();
            if (!agrees && result != null) {
                float[] full = agreement.keep(result.outputs(), row++);
                agrees = full != null && agreement.isSame(each.answer(), full);
            }
            if (!agrees) {
                counters.add(Counter.SHADOW_DISAGREED);
            }
            book.observe(id, test, agrees);
        }
        if (result != null) {
            // Last: whoever sees the count finds all that followed from the comparison.
            counters.add(Counter.SHADOW_RUN, rows());
        }
    }

    @Override
    public void drop() {
        counters.add(Counter.SHADOW_DROPPED, kept.size());
        close();
    }

    @Override
    public void close() {
        inputs.values().forEach(Tensor::close);
    }
}
