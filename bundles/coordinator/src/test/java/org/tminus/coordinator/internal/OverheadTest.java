/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.tminus.inference.InferenceRequest;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/**
 * What the coordinator itself costs when a client calls it over and over: less than 5 % of a model that takes 1.5 ms.
 * Processor time is measured rather than elapsed time, so that other work on the machine does not count.
 */
class OverheadTest {
    private static final long MODEL_NANOS = TimeUnit.MICROSECONDS.toNanos(1500);
    private static final int REQUESTS = 20_000;

    @Test
    void onTheCallersThread() throws Exception {
        try (Bench bench = Bench.ready(new FakeBackend())) {
            InferenceRequest request = InferenceRequest.builder("toy")
                    .input("x", HostTensor.ofFloats(Shape.of(1, 4), 1, 2, 3, 4))
                    .build();
            // Compiled code is measured, as in a server that has run for a while.
            infer(bench, request);
            long start = cpuNanos();
            infer(bench, request);
            long perRequest = (cpuNanos() - start) / REQUESTS;
            System.out.printf("The coordinator takes %.1f us of processor time per request%n", perRequest / 1e3);
            assertThat(perRequest).isLessThan(MODEL_NANOS / 20);
            // Work on other threads would not show here: nearly all requests stayed on this one.
            assertThat(bench.counter("handedOver")).isLessThan(REQUESTS / 100);
        }
    }

    private static void infer(Bench bench, InferenceRequest request) throws Exception {
        for (int index = 0; index < REQUESTS; index++) {
            bench.coordinator.service().infer(request).close();
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
