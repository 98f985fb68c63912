/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tminus.cli.InspectReport.Figures;
import org.tminus.cli.InspectReport.Part;
import org.tminus.cli.InspectReport.Sequence;
import org.tminus.cli.InspectReport.Value;

/** The findings for people. */
final class InspectTable {

    private static final List<String> HEADINGS =
            List.of("part", "blocks", "skippable", "MFLOPs", "share", "weights", "activations");

    private InspectTable() {}

    static String render(InspectReport report) {
        StringBuilder out = new StringBuilder();
        heading(report, out);
        out.append('\n');
        table(report, out);
        out.append('\n');
        verdict(report, out);
        report.notes().forEach(note -> out.append("Note: ").append(note).append('\n'));
        return out.toString();
    }

    private static void heading(InspectReport report, StringBuilder out) {
        out.append(report.file());
        if (!report.producer().isEmpty()) {
            out.append(", written by ").append(report.producer());
        }
        String opsets = report.opsets().entrySet().stream()
                .map(entry -> (entry.getKey().isEmpty() ? "" : entry.getKey() + " ") + entry.getValue())
                .collect(Collectors.joining(", "));
        out.append("; ")
                .append(report.operators())
                .append(report.operators() == 1 ? " operator" : " operators")
                .append(", opset ")
                .append(opsets)
                .append("\n\n");
        values("input", report.inputs(), out);
        values("output", report.outputs(), out);
        String weights = report.weightBytesByType().entrySet().stream()
                .map(entry -> bytes((double) entry.getValue()) + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        out.append("numbers  ")
                .append(report.precision())
                .append(weights.isEmpty() ? "" : "; weights " + weights)
                .append('\n');
        Sequence sequence = report.sequence();
        if (sequence != null) {
            out.append("length   dimension ")
                    .append(sequence.dimension())
                    .append(" of ")
                    .append(sequence.input())
                    .append(sequence.maximum() == null ? "" : ", at most " + sequence.maximum())
                    .append("; figures are for length ")
                    .append(report.length())
                    .append('\n');
        }
    }

    private static void values(String kind, List<Value> values, StringBuilder out) {
        for (Value value : values) {
            String shape = value.shape().stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
            out.append(String.format(Locale.ROOT, "%-8s %s: %s %s%n", kind, value.name(), value.type(), shape));
        }
    }

    private static void table(InspectReport report, StringBuilder out) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEADINGS);
        double total = report.total().flops();
        for (Part part : report.parts()) {
            String blocks =
                    part.blocks().isEmpty() ? "" : String.valueOf(part.blocks().size());
            String skippable =
                    part.id().equals("stem") || part.id().equals("exit") ? "" : part.skippable() ? "yes" : "no";
            lines.add(cells(part.id(), blocks, skippable, part.cost(), total));
        }
        lines.add(cells("whole model", "", "", report.total(), total));
        int[] widths = new int[HEADINGS.size()];
        for (List<String> line : lines) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], line.get(column).length());
            }
        }
        int width = 0;
        for (int index = 0; index < lines.size(); index++) {
            StringBuilder text = new StringBuilder();
            for (int column = 0; column < widths.length; column++) {
                String cell = lines.get(index).get(column);
                String padding = " ".repeat(widths[column] - cell.length());
                text.append(column == 0 ? cell + padding : "  " + padding + cell);
            }
            width = Math.max(width, text.length());
            if (index == lines.size() - 1) {
                out.append("-".repeat(width)).append('\n');
            }
            out.append(text.toString().stripTrailing()).append('\n');
            if (index == 0) {
                out.append("-".repeat(width)).append('\n');
            }
        }
    }

    private static List<String> cells(String name, String blocks, String skippable, Figures cost, double totalFlops) {
        return List.of(
                name,
                blocks,
                skippable,
                String.format(Locale.ROOT, "%,.2f", cost.flops() / 1e6),
                totalFlops > 0 ? String.format(Locale.ROOT, "%.1f %%", 100 * cost.flops() / totalFlops) : "",
                bytes((double) cost.weightBytes()),
                bytes(cost.activationBytes()));
    }

    private static void verdict(InspectReport report, StringBuilder out) {
        String obstacle = report.obstacle();
        if (obstacle != null) {
            out.append("Nothing can be skipped: ").append(obstacle).append('\n');
            return;
        }
        long layers = report.parts().size() - 2L;
        out.append(report.skippableLayers())
                .append(" of ")
                .append(layers)
                .append(layers == 1 ? " layer" : " layers")
                .append(" can be skipped. At best, for an input that needs none of them, adaptive depth saves ")
                .append(String.format(Locale.ROOT, "%.1f %%", Math.floor(1000 * report.savedAtBest()) / 10))
                .append(" of the FLOPs; what it saves on real inputs, training finds out.\n");
        for (Part part : report.parts()) {
            if (part.obstacle() != null) {
                out.append(part.id())
                        .append(" cannot be skipped: ")
                        .append(part.obstacle())
                        .append('\n');
            }
        }
    }

    private static String bytes(double count) {
        if (count < 1024) {
            return String.format(Locale.ROOT, "%.0f B", count);
        }
        if (count < 1024 * 1024) {
            return String.format(Locale.ROOT, "%.1f KiB", count / 1024);
        }
        return String.format(Locale.ROOT, "%.1f MiB", count / 1024 / 1024);
    }
}
