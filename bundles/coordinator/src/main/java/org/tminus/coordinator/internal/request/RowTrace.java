/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import java.util.Optional;
import org.osgi.framework.Version;
import org.tminus.inference.CertificateState;
import org.tminus.inference.Step;
import org.tminus.inference.Trace;
import org.tminus.model.Path;
import org.tminus.predictor.Complexity;

/**
 * The trace of one row.
 *
 * @param times shared by the rows of a batch, and never changed any more
 */
record RowTrace(
        long requestId,
        String model,
        Version modelVersion,
        String backend,
        String policy,
        Optional<String> operatingPoint,
        Optional<Complexity> complexity,
        Path path,
        int layersRun,
        boolean compiled,
        long flops,
        long fullDepthFlops,
        StepTimes times,
        CertificateState certificate,
        Optional<String> certificateReason,
        boolean budgetMissed,
        List<String> fallbacks,
        Optional<String> rollout,
        Optional<String> arm)
        implements Trace {
    @Override
    public long nanos(Step step) {
        return times.of(step);
    }
}
