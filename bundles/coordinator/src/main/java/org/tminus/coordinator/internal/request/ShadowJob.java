/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.certificate.SequentialTest;
import org.tminus.coordinator.internal.certificate.PointId;
import org.tminus.tensor.Tensor;

/**
 * Rows drawn from one answered request. Those that a shorter path answered are to run at full depth, with copies of their
 * inputs; the others agree with full depth already, and wait here with them so that every comparison comes in the order
 * in which it was drawn, and is dropped alike.
 *
 * @param requestId the request that they are from
 * @param inputs copies of the rows that have to run; empty if none has
 * @param kept per row drawn, what is compared of its answer; null for one that full depth answered
 */
record ShadowJob(
        long requestId,
        Batch batch,
        PointId id,
        SequentialTest test,
        Agreement agreement,
        Map<String, Tensor> inputs,
        List<Kept> kept) {
    /** What is compared of one row; {@code answer} is empty where full depth answered. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Kept(boolean fullDepth, float[] answer) {}

    int drawn() {
        return kept.size();
    }

    /** How many rows have to run. */
    int rows() {
        return (int) kept.stream().filter(row -> !row.fullDepth()).count();
    }

    Set<String> outputs() {
        return Set.of(agreement.output());
    }

    void close() {
        inputs.values().forEach(Tensor::close);
    }
}
