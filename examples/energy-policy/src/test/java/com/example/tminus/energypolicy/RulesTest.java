/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.energypolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalTime;
import org.junit.jupiter.api.Test;
import org.tminus.backend.Telemetry;

class RulesTest {
    private final Rules rules = new Rules(22, 6, 0.3, 85, 40, 0.5);

    @Test
    void aNightEndsTheNextMorning() {
        assertThat(at(21, Telemetry.none())).isEqualTo(1);
        assertThat(at(22, Telemetry.none())).isEqualTo(0.3);
        assertThat(at(0, Telemetry.none())).isEqualTo(0.3);
        assertThat(at(6, Telemetry.none())).isEqualTo(1);
    }

    @Test
    void aHotOrHungryDeviceSaves() {
        assertThat(at(12, figure(Telemetry.TEMPERATURE_CELSIUS, 85))).isEqualTo(0.5);
        assertThat(at(12, figure(Telemetry.POWER_WATTS, 41))).isEqualTo(0.5);
        assertThat(at(12, figure(Telemetry.POWER_WATTS, 39))).isEqualTo(1);
        assertThat(at(23, figure(Telemetry.POWER_WATTS, 41))).isEqualTo(0.3);
    }

    @Test
    void valuesOutOfRangeAreRefusedByName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rules(24, 6, 0.3, 85, 40, 0.5))
                .withMessageContaining("quietFromHour is 24");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rules(22, 6, Double.NaN, 85, 40, 0.5))
                .withMessageContaining("quietRatio is NaN");
    }

    private double at(int hour, Telemetry telemetry) {
        return rules.ratio(LocalTime.of(hour, 0), telemetry);
    }

    private static Telemetry figure(String name, double value) {
        return Telemetry.builder().figure(name, value).build();
    }
}
