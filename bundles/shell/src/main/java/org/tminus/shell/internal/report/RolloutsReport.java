/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tminus.inference.RolloutArm;
import org.tminus.inference.RolloutState;

/** How rollouts are going. */
public final class RolloutsReport {
    private static final double NANOS_PER_MILLI = 1e6;

    private RolloutsReport() {}

    public static Report of(List<RolloutState> rollouts) {
        Report report = new Report();
        if (rollouts.isEmpty()) {
            report.line("Nothing is tried. tminus:rollout-start begins a rollout.");
        }
        Table table = new Table()
                .text("Name", "Tries", "Candidate", "Model", "Mode")
                .numbers("Share")
                .text("Phase");
        Table arms = new Table()
                .text("Name", "Side")
                .numbers("Requests", "Errors", "Mean ms", "P95 ms", "Compared", "Equal %");
        List<Map<String, Object>> json = new ArrayList<>();
        for (RolloutState rollout : rollouts) {
            table.row(
                    rollout.name(),
                    rollout.kind(),
                    rollout.candidate(),
                    rollout.model().isEmpty() ? "all" : rollout.model(),
                    rollout.mode(),
                    rollout.share(),
                    rollout.phase());
            arm(arms, rollout.name(), "in force", rollout.control(), "", "");
            arm(
                    arms,
                    rollout.name(),
                    "candidate",
                    rollout.candidateArm(),
                    Long.toString(rollout.compared()),
                    rollout.compared() == 0 ? "-" : format(100 * agreement(rollout)));
            json.add(json(rollout));
        }
        report.table(table).table(arms);
        for (RolloutState rollout : rollouts) {
            if (!rollout.reason().isEmpty()) {
                report.line(rollout.name() + ": " + rollout.reason());
            }
            if (rollout.unavailable() > 0) {
                report.line(rollout.name() + ": " + rollout.unavailable()
                        + " requests were drawn while the candidate could not answer, and served as all others.");
            }
            if (rollout.dropped() > 0) {
                report.line(rollout.name() + ": " + rollout.dropped()
                        + " requests were drawn, but could not be repeated for lack of room or time.");
            }
        }
        return report.json("rollouts", json);
    }

    private static void arm(Table arms, String name, String side, RolloutArm arm, String compared, String equal) {
        arms.row(
                name,
                side,
                arm.requests(),
                arm.errors(),
                millis(arm.meanNanos()),
                millis(arm.p95Nanos()),
                compared,
                equal);
    }

    private static String millis(double nanos) {
        return Double.isNaN(nanos) ? "-" : format(nanos / NANOS_PER_MILLI);
    }

    private static String format(double number) {
        return String.format(Locale.ROOT, "%.2f", number);
    }

    private static double agreement(RolloutState rollout) {
        return 1 - (double) rollout.disagreed() / rollout.compared();
    }

    private static Map<String, Object> json(RolloutState rollout) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", rollout.name());
        json.put("kind", rollout.kind());
        json.put("candidate", rollout.candidate());
        json.put("model", rollout.model());
        json.put("mode", rollout.mode());
        json.put("share", rollout.share());
        json.put("phase", rollout.phase());
        json.put("reason", rollout.reason());
        json.put("control", json(rollout.control()));
        json.put("candidateArm", json(rollout.candidateArm()));
        json.put("compared", rollout.compared());
        json.put("disagreed", rollout.disagreed());
        json.put("dropped", rollout.dropped());
        json.put("unavailable", rollout.unavailable());
        return json;
    }

    private static Map<String, Object> json(RolloutArm arm) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("requests", arm.requests());
        json.put("errors", arm.errors());
        if (arm.requests() > 0 && !Double.isNaN(arm.meanNanos())) {
            // JSON has no NaN.
            json.put("meanNanos", arm.meanNanos());
            json.put("p95Nanos", arm.p95Nanos());
        }
        return json;
    }
}
