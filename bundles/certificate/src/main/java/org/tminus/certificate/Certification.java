/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import java.util.List;
import java.util.Locale;

/**
 * What certifying gave: every point's test, and so the set of certified points, which may be empty.
 *
 * @param tests in the order of the sequence, safest first
 */
public record Certification(
        Risk risk, TestMethod method, double epsilon, double delta, int inputs, List<PointTest> tests) {
    /** Copies the list. */
    public Certification {
        tests = List.copyOf(tests);
    }

    /** The names of the certified points, safest first; empty if none is, and then full depth stays in force. */
    public List<String> certified() {
        return tests.stream().filter(PointTest::certified).map(PointTest::point).toList();
    }

    /** What was found, for people. */
    public String sentence() {
        String promise = String.format(
                Locale.ROOT,
                "%s at most %s points with probability %s",
                risk == Risk.ACCURACY_LOSS ? "Loss of accuracy" : "Disagreement",
                points(epsilon),
                Planning.trim(1 - delta));
        if (!certified().isEmpty()) {
            return promise + ", from " + inputs + " inputs, for " + String.join(", ", certified()) + ".";
        }
        PointTest safest = tests.get(0);
        return String.format(
                Locale.ROOT,
                "Not certifiable with n = %d: %s would need a bound of at most %s points, and the safest point, %s, has %s"
                        + " (mean %s). Full depth stays in force.",
                inputs,
                promise.toLowerCase(Locale.ROOT),
                points(epsilon),
                safest.point(),
                points(safest.upperBound()),
                points(safest.meanLoss()));
    }

    private static String points(double share) {
        return Planning.trim(100 * share);
    }
}
