/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import static org.tminus.evaluation.report.Html.MISSING;
import static org.tminus.evaluation.report.Html.number;
import static org.tminus.evaluation.report.Html.percent;
import static org.tminus.evaluation.report.Html.points;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationResult;
import org.tminus.evaluation.EvaluationResult.Certificate;
import org.tminus.evaluation.EvaluationResult.Headline;
import org.tminus.evaluation.EvaluationResult.Paired;
import org.tminus.evaluation.EvaluationResult.Row;
import org.tminus.evaluation.EvaluationResult.Setting;

/** The figures that the page begins with, each with whether the certificate is about it. */
final class HeadlineSection {
    private final Html out;
    private final EvaluationResult result;

    private HeadlineSection(Html out, EvaluationResult result) {
        this.out = out;
        this.result = result;
    }

    static void write(Html out, EvaluationResult result) {
        new HeadlineSection(out, result).write();
    }

    private void write() {
        Headline headline = result.headline();
        if (headline == null) {
            out.element("p", "The model brings no way of deciding that could be evaluated.");
            return;
        }
        out.raw("<p>Adaptive way: <strong>")
                .text(headline.row())
                .raw("</strong>, chosen on the decision split;")
                .text(" all figures are of " + testInputs() + " that nothing was chosen on. ");
        standing(headline);
        out.raw("</p>");
        cards(headline, result.oracleShare());
        Headline standard = result.certifiedDefault();
        if (standard != null && !standard.row().equals(headline.row())) {
            out.raw("<p>In force if nobody asks for another: <strong>")
                    .text(standard.row())
                    .raw("</strong>, the model's default. ");
            standing(standard);
            out.raw("</p>");
            cards(standard, null);
        }
    }

    private String testInputs() {
        Setting setting = result.setting();
        return setting.test() + " test inputs"
                + (setting.testGroups() < setting.test() ? " in " + setting.testGroups() + " groups" : "");
    }

    private void standing(Headline headline) {
        Certificate certificate = result.certificate();
        if (headline.certified()) {
            out.raw("<strong>This point is certified.</strong>");
            return;
        }
        out.raw("<strong>This point is not certified:</strong>")
                .text(
                        certificate.epsilon() == null
                                ? " the model brings no certificate."
                                : " the certificate holds for "
                                        + String.join(", ", certificate.operatingPoints())
                                        + " only, and nothing is promised about the figures of this one.");
    }

    private void cards(Headline headline, @Nullable Double oracleShare) {
        out.raw("<div class=\"cards\">");
        card(percent(headline.flopsSaved(), 1), "less computation (FLOPs) than full depth");
        Double difference = headline.accuracyDifference();
        String measure = result.paired().stream()
                .filter(Paired::best)
                .map(Paired::measure)
                .findFirst()
                .orElse("accuracy");
        card(
                difference == null ? MISSING : points(difference) + " points",
                "of " + measure + " against full depth" + interval(headline));
        time(headline);
        promise(headline);
        if (oracleShare != null) {
            card(percent(oracleShare, 0), "of what a stable oracle would save" + oracleLoss(difference, measure));
        }
        difficulty(headline)
                .ifPresent(correlation -> card(
                        number(correlation, 2), "rank correlation of spent computation with the known difficulty"));
        out.raw("</div>");
    }

    private static String interval(Headline headline) {
        List<Double> interval = headline.accuracyDifferenceCi95();
        return interval == null
                ? ""
                : " (95 % interval " + points(interval.get(0)) + " to " + points(interval.get(1)) + ")";
    }

    private void time(Headline headline) {
        Double time = headline.meanTimeSaved();
        List<Double> interval = headline.meanTimeSavedCi95();
        Double inTime = headline.savingInTime();
        card(
                time == null ? MISSING : percent(time, 1),
                "less mean time per input than full depth on plain ONNX Runtime, measured in turns"
                        + (interval == null
                                ? ""
                                : " (95 % interval " + percent(interval.get(0), 1) + " to "
                                        + percent(interval.get(1), 1) + ")")
                        + (inTime == null ? "" : "; " + percent(inTime, 0) + " of the FLOPs saved arrives in time"));
    }

    private void promise(Headline headline) {
        Certificate certificate = result.certificate();
        if (!headline.certified() || certificate.epsilon() == null) {
            card("not certified", "no promise is made for this operating point");
            return;
        }
        card(
                "≤ " + percent(certificate.epsilon(), 2),
                "certified " + String.valueOf(certificate.risk()) + " of this and "
                        + (certificate.operatingPoints().size() - 1)
                        + " other operating points; wrong with probability at most " + certificate.delta() + ", from "
                        + certificate.n() + " inputs");
    }

    /** The oracle answers as full depth does, which the way need not. */
    private String oracleLoss(@Nullable Double difference, String measure) {
        Double share = result.oracleShareAtEqualQuality();
        return " that always answers as full depth does"
                + (difference == null ? "" : " (this way: " + points(difference) + " points of " + measure + ")")
                + (share == null
                        ? ""
                        : "; " + percent(share, 0)
                                + " of what one would save that differs from full depth as often as this way");
    }

    private Optional<Double> difficulty(Headline headline) {
        return result.rows().stream()
                .filter(row -> row.name().equals(headline.row()))
                .findFirst()
                .map(Row::difficultyCorrelation);
    }

    private void card(String figure, String text) {
        out.raw("<div class=\"card\">").element("b", figure).text(text).raw("</div>");
    }
}
