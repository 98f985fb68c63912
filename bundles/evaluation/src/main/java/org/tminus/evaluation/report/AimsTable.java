/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationResult.Aim;
import org.tminus.evaluation.EvaluationResult.Row;

/** What was aimed for, one line each, with one column for each way that is judged. */
final class AimsTable {
    private AimsTable() {}

    static void write(Html out, List<Aim> aims, List<Row> rows) {
        if (aims.isEmpty()) {
            return;
        }
        Map<String, String> columns = new LinkedHashMap<>();
        Map<String, Map<String, Aim>> lines = new LinkedHashMap<>();
        for (Aim aim : aims) {
            Map<String, Aim> line = lines.computeIfAbsent(aim.aim(), unseen -> new LinkedHashMap<>());
            line.put(aim.row() == null ? "" : aim.row(), aim);
            if (aim.row() != null) {
                columns.putIfAbsent(aim.row(), aim.chosen());
            }
        }
        out.element("h2", "What was aimed for")
                .element(
                        "p class=\"soft\"",
                        "Each way was fixed beforehand by the decision split, as its column says; figures are of test data. A"
                                + " figure decides by itself, with its 95 % interval beside it; where the line says so, the"
                                + " interval decides. Lines about baselines are about learned policies.")
                .raw("<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th scope=\"col\">Aim</th>");
        columns.forEach((row, chosen) -> out.raw("<th scope=\"col\">")
                .text(row)
                .raw("<br/><small>")
                .text(chosen + standing(row, rows))
                .raw("</small></th>"));
        out.raw("</tr></thead><tbody>");
        lines.forEach((name, line) -> {
            Aim any = line.values().iterator().next();
            out.raw("<tr>").element("th scope=\"row\"", name);
            if (any.row() == null && !columns.isEmpty()) {
                out.element("td class=\"words\" colspan=\"" + columns.size() + "\"", any.detail());
            } else {
                columns.keySet().forEach(column -> cell(out, line.get(column)));
            }
            out.raw("</tr>");
        });
        out.endTable();
    }

    private static String standing(String name, List<Row> rows) {
        Boolean certified = rows.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .map(Row::certified)
                .orElse(null);
        return certified == null ? "" : certified ? "; certified" : "; not certified";
    }

    private static void cell(Html out, @Nullable Aim aim) {
        if (aim == null) {
            out.element("td", Html.MISSING);
            return;
        }
        Boolean reached = aim.reached();
        out.raw("<td class=\"words\"><strong>")
                .text(reached == null ? "not known" : reached ? "reached" : "not reached")
                .raw("</strong><br/><small>")
                .text(aim.detail())
                .raw("</small></td>");
    }
}
