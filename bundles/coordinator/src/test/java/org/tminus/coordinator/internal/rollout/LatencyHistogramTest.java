/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Quantiles from buckets are those of the numbers themselves, within the width of a bucket. */
class LatencyHistogramTest {
    @Test
    void quantilesAndMean() {
        Random random = new Random(1);
        for (double scale : new double[] {1, 1e3, 1e6, 1e9, 1e12}) {
            LatencyHistogram histogram = new LatencyHistogram();
            long[] times = new long[2000];
            for (int index = 0; index < times.length; index++) {
                times[index] = (long) (scale * (8 + 100 * Math.exp(random.nextGaussian())));
                histogram.record(times[index]);
            }
            Arrays.sort(times);
            for (double share : new double[] {0.01, 0.5, 0.95, 1}) {
                double exact = times[(int) Math.ceil(share * times.length) - 1];
                assertThat(histogram.quantile(share)).isEqualTo(exact, within(0.07 * exact + 1));
            }
            double mean = Arrays.stream(times).average().orElseThrow();
            assertThat(histogram.mean()).isEqualTo(mean, within(mean * 1e-9));
        }
    }

    @Test
    void ends() {
        LatencyHistogram histogram = new LatencyHistogram();
        assertThat(histogram.quantile(0.95)).isNaN();
        assertThat(histogram.mean()).isNaN();
        histogram.record(0);
        histogram.record(Long.MAX_VALUE);
        assertThat(histogram.count()).isEqualTo(2);
        assertThat(histogram.quantile(0)).isLessThan(2);
        assertThat(histogram.quantile(1)).isGreaterThan(Long.MAX_VALUE * 0.9);
    }
}
