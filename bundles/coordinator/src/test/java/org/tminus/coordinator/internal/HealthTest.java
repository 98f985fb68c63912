/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tminus.coordinator.internal.pipeline.Health;

/** Quarantine begins after failures in a row, grows with each failed probe, is bounded, and ends with a success. */
class HealthTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Health health = new Health();
    /** Near the end of its range: nanoTime may overflow. */
    private long now = Long.MAX_VALUE - SECOND / 2;

    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void watch() {
        health.watch(new Health.Watcher() {
            @Override
            public void quarantined(String reason) {
                told.add("quarantined");
            }

            @Override
            public void probed() {
                told.add("probed");
            }

            @Override
            public void released() {
                told.add("released");
            }

            @Override
            public void exhausted(int lostCalls) {
                told.add("exhausted by " + lostCalls);
            }

            @Override
            public void recovered() {
                told.add("recovered");
            }
        });
    }

    private void fail(int times) {
        for (int index = 0; index < times; index++) {
            health.failed("broken", now);
        }
    }

    @Test
    void failuresInARow() {
        fail(Health.LIMIT - 1);
        assertThat(health.permits(now)).isTrue();
        health.succeeded();
        fail(Health.LIMIT - 1);
        assertThat(health.isQuarantined()).isFalse();
        fail(1);
        assertThat(health.isQuarantined()).isTrue();
        assertThat(health.reason()).isEqualTo("broken");
        assertThat(health.permits(now)).isFalse();
    }

    /** A call that came back in time with a good answer ends the quarantine, not the shortage of threads. */
    @Test
    void whoIsExhaustedIsNotCalledEvenOutOfQuarantine() {
        health.limitLostCalls(1);
        health.hung("lost", now);
        health.succeeded();
        assertThat(health.isQuarantined()).isFalse();
        assertThat(health.permits(now)).isFalse();
        assertThat(health.wouldPermit(now)).isFalse();
        health.returned();
        assertThat(health.wouldPermit(now)).isTrue();
        assertThat(health.permits(now)).isTrue();
    }

    @Test
    void oneProbeAtATimeAndEverLonger() {
        fail(Health.LIMIT);
        for (long seconds : new long[] {1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
            now += seconds * SECOND - 1;
            assertThat(health.permits(now)).isFalse();
            now += 1;
            assertThat(health.permits(now)).isTrue();
            assertThat(health.permits(now)).as("a second probe").isFalse();
            health.failed("still broken", now);
        }
        now += 300 * SECOND;
        assertThat(health.permits(now)).isTrue();
        health.succeeded();
        assertThat(health.isQuarantined()).isFalse();
        assertThat(health.permits(now)).isTrue();
        assertThat(health.reason()).isEmpty();
    }

    @Test
    void whatBeganBeforeAQuarantineDoesNotMakeItLonger() {
        fail(3 * Health.LIMIT);
        now += SECOND;
        assertThat(health.permits(now)).isTrue();
        assertThat(health.failed("still broken", now)).isTrue();
        assertThat(health.failed("broken", now)).isFalse();
        assertThat(health.permits(now + 2 * SECOND - 1)).isFalse();
        assertThat(health.permits(now + 2 * SECOND)).isTrue();
        health.succeeded();
        for (int failure = 1; failure <= 2 * Health.LIMIT; failure++) {
            assertThat(health.failed("broken", now)).isEqualTo(failure == Health.LIMIT);
        }
        assertThat(health.permits(now + SECOND)).isTrue();
    }

    @Test
    void callsThatHangAtOnceAreOneReason() {
        assertThat(health.hung("no answer", now)).isTrue();
        assertThat(health.hung("no answer", now)).isFalse();
        assertThat(health.hung("no answer", now + SECOND / 2)).isFalse();
        assertThat(told).containsExactly("quarantined");
        assertThat(health.lostCalls()).isEqualTo(3);
        assertThat(health.permits(now + SECOND - 1)).isFalse();
        assertThat(health.permits(now + SECOND)).isTrue();
        assertThat(health.hung("no answer", now + SECOND)).as("the probe").isTrue();
    }

    @Test
    void exhaustionIsToldWhenItBeginsAndWhenItEnds() {
        health.limitLostCalls(2);
        health.hung("no answer", now);
        health.hung("no answer", now);
        health.hung("no answer", now);
        assertThat(told).containsExactly("quarantined", "exhausted by 2");
        health.returned();
        assertThat(told).hasSize(2);
        health.returned();
        assertThat(told).endsWith("exhausted by 2", "recovered");
        health.hung("no answer", now);
        health.limitLostCalls(3);
        assertThat(told).endsWith("recovered", "exhausted by 2", "recovered");
    }

    @Test
    void hangingOnceIsEnough() {
        health.hung("no answer", now);
        assertThat(health.permits(now)).isFalse();
        assertThat(health.permits(now + SECOND)).isTrue();
    }

    @Test
    void tooManyLostCallsEndTheProbesUntilTheyReturn() {
        health.limitLostCalls(2);
        health.hung("no answer", now);
        now += 10 * SECOND;
        assertThat(health.isExhausted()).isFalse();
        assertThat(health.wouldPermit(now)).isTrue();
        assertThat(health.permits(now)).isTrue();
        health.hung("no answer", now);
        now += 1000 * SECOND;
        assertThat(health.isExhausted()).isTrue();
        assertThat(health.wouldPermit(now)).isFalse();
        assertThat(health.permits(now)).isFalse();
        assertThat(health.reason()).isEqualTo("no answer (calls that have not returned: 2)");
        health.returned();
        assertThat(health.lostCalls()).isEqualTo(1);
        assertThat(health.wouldPermit(now)).isTrue();
        assertThat(health.permits(now)).isTrue();
        assertThat(health.permits(now)).as("a second probe").isFalse();
    }
}
