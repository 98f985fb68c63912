/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import static org.tminus.evaluation.report.Html.MISSING;
import static org.tminus.evaluation.report.Html.figure;
import static org.tminus.evaluation.report.Html.number;
import static org.tminus.evaluation.report.Html.percent;
import static org.tminus.evaluation.report.Html.share;

import java.util.ArrayList;
import java.util.List;
import org.tminus.evaluation.EvaluationResult.Bin;
import org.tminus.evaluation.EvaluationResult.Cautious;
import org.tminus.evaluation.EvaluationResult.OutOfFold;
import org.tminus.evaluation.EvaluationResult.Predictor;
import org.tminus.evaluation.report.Chart.Dot;
import org.tminus.evaluation.report.Chart.Style;

/** What the page says of the complexity predictor. */
final class PredictorSection {
    /** What is promised: the share of the time of full depth that the predictor takes at most. */
    private static final double LIMIT = 0.01;

    private static final double CHANCE = 0.5;

    private PredictorSection() {}

    static void write(Html out, Predictor predictor) {
        if (predictor.accuracy() == null) {
            return;
        }
        out.element("h2", "Complexity predictor");
        out.element(
                "p",
                "Against the stable oracle: right class " + share(predictor.accuracy()) + ", too little computation "
                        + share(predictor.underComputation()) + ", too much " + share(predictor.overComputation())
                        + ", calibration error (ECE) " + figure(predictor.ece(), 3) + ", ranking quality (AUC) "
                        + figure(predictor.rankingAuc(), 3) + ".");
        oneClass(out, predictor);
        time(out, predictor);
        variants(out, predictor);
        reliability(out, predictor);
    }

    private static void oneClass(Html out, Predictor predictor) {
        Double auc = predictor.rankingAuc();
        if (!predictor.namesOneClass() || auc == null) {
            return;
        }
        String all = "The likeliest class (argmax) is the same for every test input; ";
        out.element(
                "p",
                auc > CHANCE
                        ? all + "probabilities still rank inputs (AUC " + number(auc, 3)
                                + ", where chance gives 0.5); the policy reads them, not the argmax."
                        : all + "nor do the probabilities, which policies read, rank inputs better than chance.");
    }

    private static void time(Html out, Predictor predictor) {
        Double micros = predictor.microsPerInput();
        Double share = predictor.shareOfFullDepthTime();
        if (micros == null || share == null) {
            return;
        }
        Double inBatches = predictor.microsPerInputInBatches();
        double full = micros / share;
        out.element(
                "p",
                "Features and trees take " + number(micros, 2) + " µs per input asked one by one"
                        + (inBatches == null ? "" : ", " + number(inBatches, 2) + " µs in batches of 64")
                        + ". One by one that is " + percent(share, 2) + " of the " + number(full, 0)
                        + " µs that full depth takes on plain ONNX Runtime, "
                        + (share <= LIMIT
                                ? "within the limit of 1 %."
                                : "which breaks the limit of 1 %, here " + number(full * LIMIT, 2) + " µs."));
    }

    /** What training found of this predictor and of one that sees more, where neither had seen the input. */
    private static void variants(Html out, Predictor predictor) {
        OutOfFold own = predictor.outOfFold();
        OutOfFold onStem = predictor.onStem();
        Cautious cautious = predictor.cautious();
        if (own == null && onStem == null && cautious == null) {
            return;
        }
        out.element(
                "p class=\"soft\"",
                "Beside the figures on test data those of training, on the decision split, by trees that had not seen the"
                        + " input. Cautious: the class whose expected harm is least if too little computation is"
                        + (cautious == null ? "" : " " + number(cautious.underWeight(), 0) + " times")
                        + " as bad as too much. After the stem: a predictor that sees the state there, tried to compare; the"
                        + " model does not bring it.");
        out.table("Predictor", "figures of", "right class", "ECE", "ranking", "too little computation", "too much");
        out.line(
                "input features, likeliest class",
                "test",
                share(predictor.accuracy()),
                figure(predictor.ece(), 3),
                "AUC " + figure(predictor.rankingAuc(), 3),
                share(predictor.underComputation()),
                share(predictor.overComputation()));
        if (own != null) {
            line(out, "input features, likeliest class", own);
        }
        if (cautious != null) {
            line(out, "input features, cautious", cautious);
        }
        if (onStem != null) {
            line(out, "after the stem, likeliest class", onStem);
            Cautious cautiousOnStem = onStem.cautious();
            if (cautiousOnStem != null) {
                line(out, "after the stem, cautious", cautiousOnStem);
            }
        }
        out.endTable();
    }

    private static void line(Html out, String name, OutOfFold figures) {
        out.line(
                name,
                "decision",
                share(figures.accuracy()),
                figure(figures.ece(), 3),
                "rank correlation " + figure(figures.rankCorrelation(), 2),
                share(figures.underComputation()),
                share(figures.overComputation()));
    }

    private static void line(Html out, String name, Cautious figures) {
        out.line(
                name,
                "decision",
                MISSING,
                MISSING,
                MISSING,
                share(figures.underComputation()),
                share(figures.overComputation()));
    }

    private static void reliability(Html out, Predictor predictor) {
        Chart chart = new Chart(
                        "Reliability of the predictor", "stated probability of the likeliest class", "share right")
                .xRange(0, 1)
                .yRange(0, 1);
        chart.add("perfect", Style.DASHED, 7, List.of(Dot.of(0, 0), Dot.of(1, 1)));
        List<Dot> dots = new ArrayList<>();
        for (Bin bin : predictor.reliability()) {
            dots.add(new Dot(
                    bin.confidence(),
                    bin.right(),
                    Double.NaN,
                    Double.NaN,
                    bin.inputs() + " inputs: stated " + percent(bin.confidence(), 1) + ", right "
                            + percent(bin.right(), 1)));
        }
        chart.add("predictor", Style.DOTS, 0, dots);
        out.figure(chart.svg() + chart.legend(), "A well calibrated predictor lies on the diagonal.");
        out.raw("<details><summary>As tables</summary><div class=\"scroll\"><table>")
                .element("caption", "Reliability")
                .raw("<thead><tr><th scope=\"col\">Stated</th><th scope=\"col\">Right</th>"
                        + "<th scope=\"col\">Inputs</th></tr></thead><tbody>");
        predictor
                .reliability()
                .forEach(bin ->
                        out.line(percent(bin.confidence(), 1), percent(bin.right(), 1), String.valueOf(bin.inputs())));
        out.raw("</tbody></table></div><div class=\"scroll\"><table>")
                .element("caption", "Confusion: what suffices (rows) against the likeliest class (columns)")
                .raw("<thead><tr><th scope=\"col\">Class</th>");
        for (int k = 0; k < predictor.confusion().size(); k++) {
            out.element("th scope=\"col\"", String.valueOf(k));
        }
        out.raw("</tr></thead><tbody>");
        for (int k = 0; k < predictor.confusion().size(); k++) {
            out.line(
                    String.valueOf(k),
                    predictor.confusion().get(k).stream().map(String::valueOf).toArray(String[]::new));
        }
        out.raw("</tbody></table></div></details>");
    }
}
