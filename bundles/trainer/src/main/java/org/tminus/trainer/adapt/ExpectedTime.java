/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.time.Duration;
import java.util.Locale;

/**
 * How long a run will take on this machine as busy as it is now.
 *
 * @param weights training layers and exits
 * @param paths running every path, for the choice of the menu and for the certificate
 * @param predictor training it
 * @param policies training those that learn
 */
public record ExpectedTime(Duration weights, Duration paths, Duration predictor, Duration policies) {
    /** All of it. */
    public Duration total() {
        return weights.plus(paths).plus(predictor).plus(policies);
    }

    /** One line for people. */
    public String sentence() {
        return "about " + words(total()) + " on this machine as busy as it is now: weights " + words(weights)
                + ", running every path " + words(paths) + ", predictor " + words(predictor)
                + (policies.isZero() ? "" : ", policies " + words(policies));
    }

    static String words(Duration duration) {
        long seconds = Math.max(1, duration.toSeconds());
        if (seconds < 120) {
            return seconds == 1 ? "a second" : seconds + " seconds";
        }
        return seconds < 7200
                ? (seconds + 30) / 60 + " minutes"
                : String.format(Locale.ROOT, "%.1f hours", seconds / 3600.0);
    }
}
