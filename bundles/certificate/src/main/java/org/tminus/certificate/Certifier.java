/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.certificate;

import java.util.ArrayList;
import java.util.List;

/**
 * Certifies a set of operating points by fixed-sequence testing: from the safest point down, each at the whole level
 * delta, until one is not rejected. The probability that any certified point breaks the promise is at most delta, however
 * the points depend on each other: the first point of the sequence whose hypothesis is true is the only one that can bring
 * a false certificate about. See Angelopoulos et al., "Learn then Test" (arXiv 2110.01052), section 2.3; Maurer, Hothorn
 * and Lehmacher (1995).
 */
public final class Certifier {
    private Certifier() {}

    /** Certifies with the risk's {@linkplain Risk#defaultMethod() default method}. */
    public static Certification certify(LossMatrix calibration, double epsilon, double delta) {
        return certify(calibration, epsilon, delta, calibration.risk().defaultMethod());
    }

    /**
     * Tests the points in their order.
     *
     * @param calibration of inputs that served no other end: no training, no choice of points or of their order
     * @param epsilon the largest mean loss, 0 to 1
     * @param delta the probability that the promise may be wrong, above 0 and below 1
     * @param method fixed before the calibration inputs were seen
     */
    public static Certification certify(LossMatrix calibration, double epsilon, double delta, TestMethod method) {
        List<PointTest> tests = new ArrayList<>();
        boolean reached = true;
        for (int point = 0; point < calibration.points().size(); point++) {
            byte[] losses = calibration.raw()[point];
            double pValue = method.pValue(losses, epsilon, delta);
            boolean certified = reached && pValue <= delta;
            tests.add(new PointTest(
                    calibration.points().get(point),
                    calibration.mean(point),
                    calibration.discordance(point),
                    pValue,
                    method.upperBound(losses, delta),
                    reached,
                    certified));
            reached = certified;
        }
        return new Certification(calibration.risk(), method, epsilon, delta, calibration.inputs(), tests);
    }

    /** How many points, from the safest on, are certified. */
    static int count(byte[][] losses, double epsilon, double delta, TestMethod method) {
        int certified = 0;
        while (certified < losses.length && method.pValue(losses[certified], epsilon, delta) <= delta) {
            certified++;
        }
        return certified;
    }
}
