/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.export;

import org.tminus.trainer.vit.Logits;

/** Compares what two runtimes answer. */
public final class ExportCheck {
    /** Largest difference of a logit between libtorch and ONNX Runtime. */
    public static final double TOLERANCE = 1e-4;

    private ExportCheck() {}

    /** The largest difference between two sets of logits of the same shape. */
    public static double largestDifference(Logits a, Logits b) {
        double largest = 0;
        for (int exit = 0; exit < a.exits(); exit++) {
            for (int row = 0; row < a.rows(); row++) {
                for (int label = 0; label < a.classes(); label++) {
                    double difference = Math.abs(a.logit(exit, row, label) - b.logit(exit, row, label));
                    // NaN must not slip through a comparison.
                    largest = Double.isNaN(difference) ? Double.NaN : Math.max(largest, difference);
                }
            }
        }
        return largest;
    }

    /**
     * Makes sure that an export answers as the trained model does.
     *
     * @throws IllegalStateException if a logit differs by more than {@link #TOLERANCE}
     */
    public static void check(Logits trained, Logits exported) {
        double difference = largestDifference(trained, exported);
        if (!(difference <= TOLERANCE)) {
            throw new IllegalStateException(
                    "the exported model differs from the trained one by " + difference + ", more than " + TOLERANCE);
        }
    }
}
