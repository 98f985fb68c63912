/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import static org.tminus.evaluation.report.Html.percent;
import static org.tminus.evaluation.report.Html.points;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationResult.Comparisons;
import org.tminus.evaluation.EvaluationResult.Paired;
import org.tminus.evaluation.EvaluationResult.Transfer;
import org.tminus.evaluation.EvaluationResult.Verdict;

/** Differences between ways on the same inputs, as tables. */
final class Differences {
    /** Costs that differ by less are called equal. */
    private static final double SAME_COST = 0.002;

    private static final String IN_SAMPLE =
            "What is chosen in sample gets no verdict: its settings had to be chosen by what the predictor says of inputs that it"
                    + " was trained on, so that it is weaker than it could be. The notes say more.";

    private Differences() {}

    static void write(Html out, List<Paired> pairs, Comparisons comparisons) {
        if (pairs.isEmpty()) {
            return;
        }
        out.element("h2", "Differences on the same inputs");
        List<Paired> best = pairs.stream().filter(Paired::best).toList();
        if (!best.isEmpty()) {
            adaptive(out, best);
        }
        out.element("p class=\"soft\"", caution(comparisons));
        if (pairs.stream().anyMatch(Paired::inSample)) {
            out.element("p class=\"soft\"", IN_SAMPLE);
        }
        out.raw("<details><summary>Every way against every baseline</summary>");
        matrix(out, pairs);
        out.raw("</details>");
    }

    private static String caution(Comparisons made) {
        return "There are " + made.made() + " comparisons here, " + made.ofHeadline() + " of them of the adaptive way; "
                + made.better() + " say better and " + made.worse()
                + " worse. Each interval stands for itself: where there is no difference, about one in twenty excludes 0 by"
                + " chance. All are of one training of the network"
                + (made.policySeeds() == null
                        ? ""
                        : " and the best of " + made.policySeeds()
                                + " seeds of its policies, chosen on the decision split")
                + ". The intervals are about other test inputs, not about another training; how much the reward differs from seed"
                + " to seed stands under the training of the policies.";
    }

    private static void adaptive(Html out, List<Paired> pairs) {
        out.element(
                        "p class=\"soft\"",
                        "The adaptive way, " + pairs.get(0).a() + ", at "
                                + percent(pairs.get(0).flopsRatioA(), 1)
                                + " of the FLOPs: points of " + pairs.get(0).measure()
                                + " that it has more, with paired bootstrap 95 % intervals over the test inputs, in whole groups. Better or worse"
                                + " is said only where the interval excludes 0. Baselines cost the same: two neighbours of"
                                + " their hull, which was chosen on the decision split, are mixed.")
                .raw("<div class=\"scroll\"><table>")
                .raw("<thead><tr><th scope=\"col\">Against</th><th scope=\"col\">its FLOPs</th>"
                        + "<th scope=\"col\">Difference</th><th scope=\"col\">95 %</th>"
                        + "<th scope=\"col\">Verdict</th></tr></thead><tbody>");
        for (Paired each : pairs) {
            out.raw("<tr>").element("th scope=\"row\"", each.b());
            out.element("td", percent(each.flopsRatioB(), 1));
            out.element("td", points(each.difference()));
            out.element(
                    "td",
                    points(each.ci95().get(0)) + " to " + points(each.ci95().get(1)));
            out.element("td", verdict(each)).raw("</tr>");
        }
        out.raw("</tbody></table></div>");
    }

    private static String verdict(Paired pair) {
        String verdict =
                switch (pair.verdict()) {
                    case BETTER -> "better";
                    case WORSE -> "worse";
                    case UNCLEAR -> "no clear difference";
                    case NONE -> "none";
                };
        double more = pair.flopsRatioB() - pair.flopsRatioA();
        return pair.verdict() == Verdict.NONE || !pair.equalCost() || Math.abs(more) <= SAME_COST
                ? verdict
                : verdict + (more > 0 ? ", and cheaper" : "; its best costs less");
    }

    /** One line for a way, one column for each that it is compared with. */
    private static void matrix(Html out, List<Paired> pairs) {
        Map<String, Map<String, Paired>> lines = new LinkedHashMap<>();
        Set<String> columns = new LinkedHashSet<>();
        for (Paired pair : pairs) {
            lines.computeIfAbsent(pair.a(), unseen -> new LinkedHashMap<>()).put(pair.b(), pair);
            columns.add(pair.b());
        }
        out.element(
                        "p class=\"soft\"",
                        "Points that the way of a line has more than that of a column, with 95 % intervals; ▲ better, ▼ worse,"
                                + " no sign where the interval includes 0. Where a baseline reaches no such cost, what it costs"
                                + " stands below.")
                .raw("<div class=\"scroll\"><table class=\"matrix\">")
                .raw("<thead><tr><th scope=\"col\">Way</th><th scope=\"col\">FLOPs</th>");
        columns.forEach(column -> out.element("th scope=\"col\"", column));
        out.raw("</tr></thead><tbody>");
        lines.forEach((name, line) -> {
            out.raw("<tr>").element("th scope=\"row\"", name);
            out.element("td", percent(line.values().iterator().next().flopsRatioA(), 1));
            columns.forEach(column -> cell(out, line.get(column)));
            out.raw("</tr>");
        });
        out.raw("</tbody></table></div>");
    }

    private static void cell(Html out, @Nullable Paired pair) {
        if (pair == null) {
            out.element("td", "–");
            return;
        }
        double low = pair.ci95().get(0);
        double high = pair.ci95().get(1);
        String sign =
                switch (pair.verdict()) {
                    case BETTER -> " ▲";
                    case WORSE -> " ▼";
                    case UNCLEAR, NONE -> "";
                };
        out.raw("<td>").text(points(pair.difference()) + sign).raw("<br/><small>");
        out.text(points(low) + " to " + points(high));
        if (pair.equalCost() && Math.abs(pair.flopsRatioB() - pair.flopsRatioA()) > SAME_COST) {
            out.raw("<br/>").text("costs " + percent(pair.flopsRatioB(), 1));
        }
        out.raw("</small></td>");
    }

    static void write(Html out, List<Transfer> transfers, String measure) {
        if (transfers.isEmpty()) {
            return;
        }
        Transfer first = transfers.get(0);
        out.element("h2", "Policies of another model");
        out.element(
                        "p class=\"soft\"",
                        "Learned policies of " + first.from() + " that decide for " + first.to()
                                + ": points of " + measure
                                + " more than this model's static hull and its own policy of the"
                                + " same kind, both at the same cost, with 95 % intervals. Its own policy mixes its operating"
                                + " points and full depth; where these reach no such cost, what they cost stands there.")
                .raw("<div class=\"scroll\"><table>")
                .raw("<thead><tr><th scope=\"col\">Operating point</th><th scope=\"col\">FLOPs</th>"
                        + "<th scope=\"col\">Agreement</th><th scope=\"col\">more than the hull</th>"
                        + "<th scope=\"col\">more than its own</th><th scope=\"col\">Remark</th></tr></thead><tbody>");
        for (Transfer each : transfers) {
            Double ratio = each.flopsRatio();
            Double agreement = each.agreement();
            String reason = each.reason();
            out.raw("<tr>")
                    .element("th scope=\"row\"", each.operatingPoint() == null ? "none" : each.operatingPoint())
                    .element("td", ratio == null ? "–" : percent(ratio, 1))
                    .element("td", agreement == null ? "–" : percent(agreement, 2))
                    .element("td", difference(each.differenceToHull(), each.differenceToHullCi95()))
                    .element("td", difference(each.differenceToOwn(), each.differenceToOwnCi95()) + otherCost(each))
                    .element("td class=\"words\"", reason == null ? each.adapted() : "not possible: " + reason)
                    .raw("</tr>");
        }
        out.raw("</tbody></table></div>");
    }

    private static String otherCost(Transfer transfer) {
        Double ratio = transfer.flopsRatio();
        Double own = transfer.ownFlopsRatio();
        return ratio == null || own == null || Math.abs(own - ratio) <= SAME_COST ? "" : ", costs " + percent(own, 1);
    }

    private static String difference(@Nullable Double difference, @Nullable List<Double> interval) {
        return difference == null || interval == null
                ? "–"
                : points(difference) + " (" + points(interval.get(0)) + " to " + points(interval.get(1)) + ")";
    }
}
