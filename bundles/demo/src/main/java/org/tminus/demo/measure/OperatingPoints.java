/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.measure;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.tminus.model.OperatingPoint;

/** Chooses the operating point of each policy by what it gave on the decision split; the test data is not looked at. */
public final class OperatingPoints {
    /** Accuracy that may be lost against full depth. */
    static final double TOLERATED_LOSS = 0.003;

    private static final double ROUNDING = 1e-9;

    private OperatingPoints() {}

    /** The cheapest one that keeps the accuracy of full depth within the tolerance; if none does, the most accurate one. */
    public static Optional<OperatingPoint> choose(List<OperatingPoint> points, String policy) {
        List<OperatingPoint> candidates =
                points.stream().filter(point -> point.policy().equals(policy)).toList();
        Optional<OperatingPoint> cheapest = candidates.stream()
                .filter(point -> point.accuracy() >= point.fullDepthAccuracy() - TOLERATED_LOSS - ROUNDING)
                .min(Comparator.comparingDouble(OperatingPoint::flopsRatio));
        return cheapest.isPresent()
                ? cheapest
                : candidates.stream()
                        .filter(point -> !Double.isNaN(point.accuracy()))
                        .max(Comparator.comparingDouble(OperatingPoint::accuracy));
    }
}
