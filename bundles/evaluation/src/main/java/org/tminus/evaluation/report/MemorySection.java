/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import static org.tminus.evaluation.report.Html.figure;
import static org.tminus.evaluation.report.Html.number;
import static org.tminus.evaluation.report.Html.percent;
import static org.tminus.evaluation.report.Html.share;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.tminus.evaluation.EvaluationResult.Memory;
import org.tminus.evaluation.EvaluationResult.Row;
import org.tminus.evaluation.MemoryOfWay;
import org.tminus.evaluation.report.Chart.Dot;
import org.tminus.evaluation.report.Chart.Style;

/** What the ways take of memory, and what they are worth. */
final class MemorySection {
    private MemorySection() {}

    /**
     * Writes nothing if nothing was measured.
     *
     * @param measure what quality is: accuracy or agreement
     * @param quality of a row, from 0 to 1
     * @param kinds in the order of their colours
     * @param kindNames for people
     */
    static void write(
            Html out,
            Memory memory,
            List<Row> rows,
            String measure,
            ToDoubleFunction<Row> quality,
            List<String> kinds,
            Map<String, String> kindNames) {
        if (memory.ways().isEmpty()) {
            return;
        }
        Map<String, Row> byName = rows.stream().collect(Collectors.toMap(Row::name, row -> row, (a, b) -> a));
        Map<String, MemoryOfWay> known = new LinkedHashMap<>();
        memory.ways().stream()
                .filter(each -> byName.containsKey(each.way()))
                .forEach(each -> known.put(each.way(), each));
        Chart chart =
                new Chart("The " + measure + " of ways against their memory", "peak memory, MiB", measure + ", %");
        Map<String, List<Dot>> byKind = new LinkedHashMap<>();
        known.forEach((name, each) -> {
            Row row = byName.get(name);
            if (row != null) {
                double value = quality.applyAsDouble(row);
                String label = name + ": " + percent(value, 2) + " with " + number(each.peakMiB(), 1) + " MiB";
                byKind.computeIfAbsent(row.kind(), unseen -> new ArrayList<>())
                        .add(new Dot(each.peakMiB(), 100 * value, Double.NaN, Double.NaN, label));
            }
        });
        byKind.forEach(
                (kind, dots) -> chart.add(kindNames.getOrDefault(kind, kind), Style.DOTS, kinds.indexOf(kind), dots));
        out.element("h3", "Memory");
        out.figure(
                chart.svg() + chart.legend(),
                "Peak resident memory of a process that answers 300 single inputs, beyond the same process without the model. The"
                        + " adaptive ways carry the platform, the exits and several compiled paths.");
        table(out, known, byName, measure, quality);
    }

    private static void table(
            Html out,
            Map<String, MemoryOfWay> known,
            Map<String, Row> byName,
            String measure,
            ToDoubleFunction<Row> quality) {
        out.table(
                "Way", measure, "peak MiB", "weights", "of it files", "activations", "arena", "Java", "while loading");
        known.forEach((name, each) -> {
            Row row = byName.get(name);
            out.line(
                    name,
                    share(row == null ? null : (Double) quality.applyAsDouble(row)),
                    number(each.peakMiB(), 1),
                    figure(each.weightsMiB(), 1),
                    figure(each.filesMiB(), 1),
                    figure(each.activationsMiB(), 1),
                    figure(each.arenaMiB(), 1),
                    figure(each.javaMiB(), 1),
                    figure(each.loadingMiB(), 1));
        });
        out.endTable();
        out.element(
                "p class=\"soft\"",
                "The parts add up to the peak. Weights: resident after the inputs were answered once, in a process without an arena; the"
                        + " copies that the runtime packs, its graphs and sessions cannot be told from them; the part that is pages of files (weights read where they lie, code of the"
                        + " runtime) can be dropped and read again by the system. Activations: the most that"
                        + " is added to that while the inputs are answered once more. Arena: what a second process takes more in which"
                        + " ONNX Runtime keeps one, for weights and activations alike. Java: live objects, classes and compiled code;"
                        + " garbage is not counted; own exits are composed in the process that answers, which a file of their own would spare."
                        + " While loading: what loading and first answers take for a moment beyond all that."
                        + " Parts are differences between processes, so that a small one can be negative.");
    }
}
