/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.energypolicy;

import java.time.LocalTime;
import org.tminus.backend.Telemetry;

/**
 * When to save, and how much. Immutable.
 *
 * @param quietFromHour from this full hour on, 0 to 23
 * @param quietToHour up to this full hour; the same hour for no quiet time, an earlier one for a night
 * @param quietRatio FLOPs over those of full depth at quiet hours
 * @param hotCelsius from this temperature on the device counts as hot
 * @param highWatts from this power on the device counts as hungry
 * @param strainedRatio FLOPs over those of full depth while it is hot or hungry
 */
record Rules(
        int quietFromHour,
        int quietToHour,
        double quietRatio,
        double hotCelsius,
        double highWatts,
        double strainedRatio) {
    /** @throws IllegalArgumentException if a value is out of range; the message names it */
    Rules {
        hour("quietFromHour", quietFromHour);
        hour("quietToHour", quietToHour);
        ratio("quietRatio", quietRatio);
        ratio("strainedRatio", strainedRatio);
        finite("hotCelsius", hotCelsius);
        finite("highWatts", highWatts);
    }

    private static void hour(String key, int value) {
        if (value < 0 || value > 23) {
            throw new IllegalArgumentException(key + " is " + value + ", but must be from 0 to 23");
        }
    }

    private static void ratio(String key, double value) {
        if (!(value > 0 && value <= 1)) {
            throw new IllegalArgumentException(key + " is " + value + ", but must be above 0 and at most 1");
        }
    }

    private static void finite(String key, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(key + " is " + value + ", but must be a number");
        }
    }

    /** FLOPs over those of full depth that an answer may take now. A figure that the device does not report is no reason. */
    double ratio(LocalTime now, Telemetry telemetry) {
        double ratio = isQuiet(now.getHour()) ? quietRatio : 1;
        boolean hot = telemetry.figure(Telemetry.TEMPERATURE_CELSIUS).orElse(Double.NEGATIVE_INFINITY) >= hotCelsius;
        boolean hungry = telemetry.figure(Telemetry.POWER_WATTS).orElse(Double.NEGATIVE_INFINITY) >= highWatts;
        return hot || hungry ? Math.min(ratio, strainedRatio) : ratio;
    }

    private boolean isQuiet(int hour) {
        return quietFromHour <= quietToHour
                ? hour >= quietFromHour && hour < quietToHour
                : hour >= quietFromHour || hour < quietToHour;
    }
}
