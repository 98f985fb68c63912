/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.rollout;

import java.util.concurrent.atomic.LongAdder;
import org.tminus.inference.RolloutArm;

/** What one side of a rollout did. Thread-safe, without locks. */
final class ArmCounts {
    private static final double P95 = 0.95;

    private final LongAdder requests = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LatencyHistogram latencies = new LatencyHistogram();

    private record Snapshot(long requests, long errors, double meanNanos, double p95Nanos) implements RolloutArm {}

    void add(boolean error, long nanos) {
        requests.increment();
        if (error) {
            errors.increment();
        }
        if (nanos >= 0) {
            // How soon a request fails says nothing about how fast it is answered.
            latencies.record(nanos);
        }
    }

    long requests() {
        return requests.sum();
    }

    double p95Nanos() {
        return latencies.quantile(P95);
    }

    RolloutArm snapshot() {
        return new Snapshot(requests.sum(), errors.sum(), latencies.mean(), p95Nanos());
    }
}
