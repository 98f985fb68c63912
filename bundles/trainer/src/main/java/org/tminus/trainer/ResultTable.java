/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.util.Locale;
import org.tminus.trainer.decide.Point;
import org.tminus.trainer.pipeline.Pipeline;

/** What a training made, for people. */
final class ResultTable {
    private ResultTable() {}

    static String of(Pipeline.Result result) {
        // Without labels there is no accuracy; how much is kept is what the certificate says.
        boolean labelled = !Double.isNaN(result.fullDepthAccuracy());
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT, "decision split%n  %-32s %9s %8s%n", "", labelled ? "accuracy" : "", "FLOPs"));
        text.append(row("full depth", result.fullDepthAccuracy(), 1));
        for (Point point : result.points()) {
            String policy = point.name().startsWith(point.policy()) ? "" : " (" + point.policy() + ")";
            text.append(row(point.name() + policy, point.accuracy(), point.flopsRatio()));
        }
        return text.append(result.certificate())
                .append(System.lineSeparator())
                .append("in force if nobody says otherwise: ")
                .append(result.inForce())
                .append(System.lineSeparator())
                .toString();
    }

    private static String row(String name, double accuracy, double flops) {
        String share = Double.isNaN(accuracy) ? "" : String.format(Locale.ROOT, "%.2f%%", 100 * accuracy);
        return String.format(Locale.ROOT, "  %-32s %9s %7.1f%%%n", name, share, 100 * flops);
    }
}
