/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.tminus.failure.DeadlineExceededException;
import org.tminus.failure.RequestCancelledException;

class RunControlsTest {
    @Test
    void runsCancelActionsOnceAndAtOnceWhenAlreadyCancelled() {
        RunControls.CancellableControl control = RunControls.cancellable(Set.of("y"), Map.of(), null);
        AtomicInteger before = new AtomicInteger();
        AtomicInteger undone = new AtomicInteger();
        AtomicInteger after = new AtomicInteger();
        control.onCancel(before::incrementAndGet);
        control.onCancel(undone::incrementAndGet).close();

        control.cancel();
        control.cancel();
        control.onCancel(after::incrementAndGet);

        assertThat(before).hasValue(1);
        assertThat(undone).hasValue(0);
        assertThat(after).hasValue(1);
        assertThatExceptionOfType(RequestCancelledException.class).isThrownBy(control::check);
    }

    @Test
    void saysThatTheDeadlineHasPassed() {
        RunControls.CancellableControl control = RunControls.cancellable(Set.of("y"), Map.of(), Duration.ofNanos(-1));

        assertThatExceptionOfType(DeadlineExceededException.class)
                .isThrownBy(control::check)
                .satisfies(failure -> assertThat(failure.advice()).isNotEmpty());
        assertThat(RunControls.forOutputs("y").nanosLeft()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void telemetryLeavesOutWhatIsNotFinite() {
        Telemetry telemetry = Telemetry.builder()
                .figure(Telemetry.LOAD, 0.5)
                .figure(Telemetry.POWER_WATTS, Double.NaN)
                .build();

        assertThat(telemetry.names()).containsExactly(Telemetry.LOAD);
        assertThat(telemetry.figure(Telemetry.POWER_WATTS)).isEmpty();
    }
}
