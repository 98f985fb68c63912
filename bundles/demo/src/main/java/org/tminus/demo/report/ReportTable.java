/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tminus.demo.report.DemoReport.Row;
import org.tminus.demo.report.DemoReport.Swaps;

/** A report as text for people. */
public final class ReportTable {
    private static final List<String> HEADINGS =
            List.of("", "accuracy", "MFLOPs", "of full", "p50 ms", "mean ms", "p99 ms", "inputs/s", "peak MiB");

    private ReportTable() {}

    /** Lines of at most a screen's width, apart from notes, each ended by a line break. */
    public static String render(DemoReport report) {
        StringBuilder out = new StringBuilder();
        out.append(report.task()).append('\n');
        out.append(report.images())
                .append(" inputs, one by one, from ")
                .append(report.threads())
                .append(report.threads() == 1 ? " thread; " : " threads; ")
                .append(report.machine())
                .append("\n\n");
        table(report, out);
        swaps(report.swaps(), out);
        if (!report.notes().isEmpty()) {
            out.append('\n');
            report.notes().forEach(note -> out.append("- ").append(note).append('\n'));
        }
        return out.toString();
    }

    private static void table(DemoReport report, StringBuilder out) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEADINGS);
        report.rows().forEach(row -> lines.add(cells(row)));
        int[] widths = new int[HEADINGS.size()];
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        for (int index = 0; index < lines.size(); index++) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                String cell = lines.get(index).get(column);
                String padding = " ".repeat(widths[column] - cell.length());
                line.append(column == 0 ? cell + padding : "  " + padding + cell);
            }
            out.append(line.toString().stripTrailing()).append('\n');
            if (index == 0) {
                out.append("-".repeat(line.length())).append('\n');
            }
        }
    }

    private static List<String> cells(Row row) {
        Double memory = row.peakMemoryMiB();
        return List.of(
                row.name(),
                number("%.2f %%", 100 * row.accuracy()),
                number("%.2f", row.flopsPerInput() / 1e6),
                number("%.1f %%", 100 * row.flopsRatio()),
                number("%.3f", row.latencyP50Ms()),
                number("%.3f", row.latencyMeanMs()),
                number("%.3f", row.latencyP99Ms()),
                number("%.0f", row.throughputPerSecond()),
                memory == null ? "-" : number("%.1f", memory));
    }

    private static void swaps(Swaps swaps, StringBuilder out) {
        out.append('\n')
                .append("While ")
                .append(swaps.requests())
                .append(" requests ran, the policy was swapped ")
                .append(swaps.byConfiguration())
                .append(" times by configuration, and a policy's bundle was stopped, updated and started ")
                .append(swaps.byBundleUpdate())
                .append(" times:\n")
                .append(swaps.failedRequests())
                .append(" failed requests, ")
                .append(swaps.fallbacks())
                .append(" answered by a fall-back, the slowest after ")
                .append(number("%.1f ms", swaps.longestLatencyMs()))
                .append(".\n");
        String failure = swaps.firstFailure();
        if (failure != null) {
            out.append("The first failure: ").append(failure).append('\n');
        }
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
