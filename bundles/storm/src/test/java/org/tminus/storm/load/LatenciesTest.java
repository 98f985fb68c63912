/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;

class LatenciesTest {
    private final Latencies latencies = new Latencies();

    @Test
    void percentilesAreRightWithinOnePercent() {
        for (int millis = 1; millis <= 1000; millis++) {
            latencies.record(millis * 1_000_000L);
        }

        assertThat(latencies.millisAt(50)).isCloseTo(500, withinPercentage(1.1));
        assertThat(latencies.millisAt(99)).isCloseTo(990, withinPercentage(1.1));
        assertThat(latencies.millisAt(100)).isEqualTo(1000);
        assertThat(latencies.longestMillis()).isEqualTo(1000);
    }

    @Test
    void withoutRequestsThereIsNoLatency() {
        assertThat(latencies.millisAt(99)).isZero();
    }

    @Test
    void noTimeAndAVeryLongTimeAreCountedAsWell() {
        latencies.record(0);
        latencies.record(Long.MAX_VALUE);

        assertThat(latencies.millisAt(50)).isLessThan(0.001);
        assertThat(latencies.millisAt(100)).isPositive();
    }
}
