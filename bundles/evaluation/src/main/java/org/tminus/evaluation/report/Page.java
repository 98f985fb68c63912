/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import static org.tminus.evaluation.report.Html.MISSING;
import static org.tminus.evaluation.report.Html.figure;
import static org.tminus.evaluation.report.Html.number;
import static org.tminus.evaluation.report.Html.percent;
import static org.tminus.evaluation.report.Html.points;
import static org.tminus.evaluation.report.Html.share;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationResult;
import org.tminus.evaluation.EvaluationResult.Curve;
import org.tminus.evaluation.EvaluationResult.Depths;
import org.tminus.evaluation.EvaluationResult.Example;
import org.tminus.evaluation.EvaluationResult.Headline;
import org.tminus.evaluation.EvaluationResult.Row;
import org.tminus.evaluation.EvaluationResult.Setting;
import org.tminus.evaluation.EvaluationResult.ShiftOutcome;
import org.tminus.evaluation.EvaluationResult.Spending;
import org.tminus.evaluation.report.Chart.Dot;
import org.tminus.evaluation.report.Chart.Style;
import org.tminus.learning.data.Display;

/** Makes the page of a result. */
public final class Page {
    private static final int LONGEST_EXAMPLE = 400;

    private static final List<String> KINDS = List.of(
            "full", "static", "random", "confidence", "open-loop", "lstm-ppo-open", "lstm-ppo-closed", "oracle");
    private static final Map<String, String> KIND_NAMES = Map.of(
            "full", "full depth",
            "static", "static models and exits",
            "random", "random mixture",
            "confidence", "early exit by confidence",
            "open-loop", "open-loop classification",
            "lstm-ppo-open", "learned policy, open loop",
            "lstm-ppo-closed", "learned policy, closed loop",
            "oracle", "oracles (a bound, not a method)");
    private final EvaluationResult result;
    private final Html out = new Html();

    private Page(EvaluationResult result) {
        this.result = result;
    }

    /** The whole page. */
    public static String of(EvaluationResult result) {
        Page page = new Page(result);
        page.write();
        return page.out.toString();
    }

    private void write() {
        String title = "Evaluation of " + result.setting().model() + " on "
                + result.setting().data();
        PageFrame.open(out, title);
        HeadlineSection.write(out, result);
        AimsTable.write(out, result.aims(), result.rows());
        comparison();
        Differences.write(out, result.paired(), result.comparisons());
        times();
        depths();
        PredictorSection.write(out, result.predictor());
        PolicySection.write(out, result.ppo(), result.training());
        certificate();
        shift();
        Differences.write(out, result.transfer(), measure());
        examples();
        notes();
        out.raw("</main>");
        footer();
        PageFrame.close(out);
    }

    private static String yesOrNo(@Nullable Boolean value) {
        return value == null ? MISSING : value ? "yes" : "no";
    }

    private String measure() {
        return isLabelled() ? "accuracy" : "agreement with full depth";
    }

    private boolean isLabelled() {
        return result.rows().stream().anyMatch(row -> row.accuracy() != null);
    }

    private double quality(Row row) {
        Double accuracy = row.accuracy();
        return accuracy == null ? row.agreement() : accuracy;
    }

    private void comparison() {
        String measure = measure();
        out.element("h2", "Accuracy against computation");
        Chart chart = new Chart(
                "The " + measure + " of every way against its FLOPs", "FLOPs over full depth", measure + ", %");
        Set<String> drawn = new HashSet<>();
        for (Curve curve : result.curves()) {
            List<Dot> dots = new ArrayList<>();
            curve.points().forEach(point -> dots.add(Dot.of(point.flopsRatio(), 100 * point.accuracy())));
            // A second line of one kind and colour is dashed; oracles are, since nobody can follow them.
            boolean dashed = curve.kind().equals("oracle") || !drawn.add(curve.kind());
            chart.add(curve.name(), dashed ? Style.DASHED : Style.LINE, KINDS.indexOf(curve.kind()), dots);
        }
        Map<String, List<Dot>> byKind = new LinkedHashMap<>();
        for (Row row : result.rows()) {
            List<Double> interval = row.accuracyCi95();
            byKind.computeIfAbsent(row.kind(), unseen -> new ArrayList<>())
                    .add(new Dot(
                            row.flopsRatio(),
                            100 * quality(row),
                            interval == null ? Double.NaN : 100 * interval.get(0),
                            interval == null ? Double.NaN : 100 * interval.get(1),
                            row.name() + ": " + percent(quality(row), 2) + " at " + percent(row.flopsRatio(), 1)
                                    + " of the FLOPs"));
        }
        byKind.forEach(
                (kind, dots) -> chart.add(KIND_NAMES.getOrDefault(kind, kind), Style.DOTS, KINDS.indexOf(kind), dots));
        out.figure(
                chart.svg() + chart.legend(),
                "Bars are 95 % intervals of each way on its own; differences between ways are in the next section. Lines are"
                        + " what mixtures of settings reach at every cost.");
        out.element(
                        "p class=\"soft\"",
                        "All ways. FLOPs count stem, layers, every exit read, predictor and policy; shadow runs are not in them (see the"
                                + " notes). Certified says whether the model's certificate names the operating point; what has no sign"
                                + " is none.")
                .raw("<div class=\"scroll\"><table>")
                .raw(
                        "<thead><tr><th scope=\"col\">Way</th><th scope=\"col\">Kind</th><th scope=\"col\">Accuracy</th>"
                                + "<th scope=\"col\">95 %</th><th scope=\"col\">Agreement</th><th scope=\"col\">MFLOPs</th>"
                                + "<th scope=\"col\">of full depth</th><th scope=\"col\">On hull</th><th scope=\"col\">Certified</th></tr></thead><tbody>");
        for (Row row : result.rows()) {
            List<Double> interval = row.accuracyCi95();
            out.line(
                    row.name(),
                    row.kind(),
                    share(row.accuracy()),
                    interval == null ? MISSING : percent(interval.get(0), 2) + " – " + percent(interval.get(1), 2),
                    percent(row.agreement(), 2),
                    number(row.flopsPerInput() / 1e6, 3),
                    percent(row.flopsRatio(), 1),
                    yesOrNo(row.onHull()),
                    yesOrNo(row.certified()));
        }
        out.raw("</tbody></table></div>");
        embedding();
        if (!result.bounds().isEmpty()) {
            out.raw("<details><summary>Lower bounds on computation over this menu of paths</summary>");
            out.element(
                    "p class=\"soft\"",
                    "The least mean FLOPs that any policy can spend which differs from full depth on at most this share of"
                            + " the inputs. The lucky bound holds for every policy; the stable one for those that may not"
                            + " count on agreements that more layers undo.");
            out.raw(
                    "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Oracle</th><th scope=\"col\">May differ on</th>"
                            + "<th scope=\"col\">FLOPs of full depth</th></tr></thead><tbody>");
            result.bounds()
                    .forEach(bound ->
                            out.line(bound.oracle(), percent(bound.loss(), 1), percent(bound.flopsRatio(), 1)));
            out.raw("</tbody></table></div></details>");
        }
    }

    private void embedding() {
        EvaluationResult.Embedding embedding = result.embedding();
        if (embedding == null) {
            return;
        }
        out.element(
                        "p class=\"soft\"",
                        "Embeddings against those of full depth. Agreement above is the share whose cosine is at least "
                                + embedding.keptCosine()
                                + ". Recall: of the ten nearest neighbours at full depth among the "
                                + embedding.corpus() + " test texts, how many are found; " + embedding.queries()
                                + " of them looked.")
                .raw("<div class=\"scroll\"><table>")
                .raw("<thead><tr><th scope=\"col\">Way</th><th scope=\"col\">of full depth</th>"
                        + "<th scope=\"col\">Mean cosine</th><th scope=\"col\">Recall@10</th></tr></thead><tbody>");
        for (Row row : result.rows()) {
            if (row.meanCosine() != null) {
                out.line(
                        row.name(), percent(row.flopsRatio(), 1), figure(row.meanCosine(), 4), share(row.recallAt10()));
            }
        }
        out.raw("</tbody></table></div>");
    }

    private void times() {
        out.element("h2", "Time, throughput, energy and memory");
        Bars latency = new Bars("Mean latency of single inputs, milliseconds");
        Bars throughput = new Bars("Answers per second with one client per processor");
        for (Row row : result.rows()) {
            Double mean = row.latencyMeanMs();
            Double perSecond = row.throughputPerSecond();
            if (mean != null) {
                latency.add(row.name(), new double[] {mean}, number(mean, 3));
            }
            if (perSecond != null) {
                throughput.add(row.name(), new double[] {0, perSecond}, number(perSecond, 0));
            }
        }
        if (latency.isEmpty()) {
            out.element("p", "Nothing was timed; the notes say why.");
            return;
        }
        out.figure(
                latency.svg(),
                "Mean latency of single inputs in milliseconds. "
                        + result.setting().latencyWay() + " Plain ONNX Runtime, at the fastest of the settings tried: "
                        + result.setting().plainSettings() + ".");
        if (!throughput.isEmpty()) {
            out.raw("<details><summary>Answers per second at full load</summary>");
            out.figure(throughput.svg(), "One client per processor.");
            out.raw("</details>");
        }
        out.element(
                "p",
                result.setting().latencyInputs() + " single inputs, the platform with "
                        + result.setting().threads()
                        + " threads on one operator. Saving in time: the mean time saved over the FLOPs saved, both of the"
                        + " timed inputs.");
        out.table("Way", "p50 ms", "mean ms", "p99 ms", "mean, of full depth (95 %)", "saving in time", "per s", "J");
        for (Row row : result.rows()) {
            if (row.latencyMeanMs() != null) {
                Double ratio = row.latencyRatio();
                List<Double> interval = row.latencyRatioCi95();
                out.line(
                        row.name(),
                        figure(row.latencyP50Ms(), 3),
                        figure(row.latencyMeanMs(), 3),
                        figure(row.latencyP99Ms(), 3),
                        ratio == null || interval == null
                                ? MISSING
                                : percent(ratio, 1) + " (" + number(100 * interval.get(0), 1) + " to "
                                        + number(100 * interval.get(1), 1) + ")",
                        row.savingInTime() == null ? MISSING : percent(row.savingInTime(), 0),
                        figure(row.throughputPerSecond(), 0),
                        figure(row.joulesPerInput(), 4));
            }
        }
        out.raw("</tbody></table></div><details><summary>Checks of this run</summary>")
                .element(
                        "p",
                        "FLOPs by the platform's own trace and by the tables above, both of the timed inputs, and the share of"
                                + " answers that are those of the tables.");
        out.table("Way", "served by", "FLOPs, traced", "by the tables", "same answers");
        for (Row row : result.rows()) {
            if (row.latencyMeanMs() != null) {
                out.line(
                        row.name(),
                        String.valueOf(row.servedBy()),
                        row.tracedFlopsRatio() == null ? MISSING : percent(row.tracedFlopsRatio(), 1),
                        row.timedFlopsRatio() == null ? MISSING : percent(row.timedFlopsRatio(), 1),
                        share(row.sameAnswers()));
            }
        }
        out.raw("</tbody></table></div></details>");
        MemorySection.write(out, result.memory(), result.rows(), measure(), this::quality, KINDS, KIND_NAMES);
    }

    private void depths() {
        if (result.depths().isEmpty()) {
            return;
        }
        out.element("h2", "Depth by difficulty");
        spending();
        TreeSet<Integer> layers = new TreeSet<>();
        result.depths().forEach(each -> layers.addAll(each.byLayers().keySet()));
        List<Integer> order = List.copyOf(layers);
        Bars bars = new Bars("How many layers run, by difficulty");
        for (Depths each : result.depths()) {
            double[] pieces = new double[order.size()];
            for (int i = 0; i < pieces.length; i++) {
                pieces[i] = (double) each.byLayers().getOrDefault(order.get(i), 0) / each.inputs();
            }
            bars.add(each.difficulty(), pieces, percent(each.meanFlopsRatio(), 0));
        }
        Html legend = new Html().raw("<ul class=\"legend\">");
        for (int i = 0; i < order.size(); i++) {
            legend.raw("<li><svg viewBox=\"0 0 26 14\" aria-hidden=\"true\"><g class=\"c" + i % 8
                            + "\"><rect class=\"fill\" x=\"4\" y=\"1\" width=\"18\" height=\"12\"/></g></svg> ")
                    .text(order.get(i) + (order.get(i) == 1 ? " layer" : " layers"))
                    .raw("</li>");
        }
        out.figure(
                bars.svg() + legend.raw("</ul>"),
                "Share of the inputs of each difficulty by the number of layers that ran; the figure at the end is the mean"
                        + " FLOPs over full depth.");
        out.raw("<details><summary>As a table</summary><div class=\"scroll\"><table><thead><tr>"
                + "<th scope=\"col\">Difficulty</th><th scope=\"col\">Inputs</th>");
        order.forEach(each -> out.element("th scope=\"col\"", each + (each == 1 ? " layer" : " layers")));
        out.raw("<th scope=\"col\">FLOPs</th></tr></thead><tbody>");
        for (Depths each : result.depths()) {
            List<String> cells = new ArrayList<>();
            cells.add(String.valueOf(each.inputs()));
            order.forEach(layer -> cells.add(String.valueOf(each.byLayers().getOrDefault(layer, 0))));
            cells.add(percent(each.meanFlopsRatio(), 1));
            out.line(each.difficulty(), cells.toArray(String[]::new));
        }
        out.raw("</tbody></table></div></details>");
    }

    /** How much more or less than the adaptive way another one costs. */
    private double distance(String name, @Nullable Headline headline) {
        return result.rows().stream()
                .filter(row -> row.name().equals(name))
                .mapToDouble(row -> Math.abs(row.flopsRatio() - (headline == null ? 0 : 1 - headline.flopsSaved())))
                .findFirst()
                .orElse(Double.MAX_VALUE);
    }

    /** The adaptive way, and of each other kind what costs nearly as much; those that spend the same on all are left out. */
    private void spending() {
        if (result.spending().isEmpty()) {
            return;
        }
        Headline headline = result.headline();
        Map<String, Spending> shown = new LinkedHashMap<>();
        for (Spending each : result.spending()) {
            if (!List.of("full", "static", "random").contains(each.kind())) {
                shown.merge(
                        each.kind(),
                        each,
                        (a, b) -> distance(b.name(), headline) < distance(a.name(), headline) ? b : a);
            }
        }
        Chart chart =
                new Chart("Mean FLOPs by known difficulty", "known difficulty", "FLOPs over full depth, %").wholeX();
        for (Spending each : shown.values()) {
            List<Dot> dots = new ArrayList<>();
            each.byDifficulty()
                    .forEach(spent -> dots.add(new Dot(
                            spent.difficulty(),
                            100 * spent.flopsRatio(),
                            Double.NaN,
                            Double.NaN,
                            each.name() + ", difficulty " + spent.difficulty() + ": " + percent(spent.flopsRatio(), 1)
                                    + " of the FLOPs, " + percent(spent.accuracy(), 2) + " kept")));
            int colour = KINDS.indexOf(each.kind());
            chart.add(each.name(), each.kind().equals("oracle") ? Style.DASHED : Style.LINE, colour, dots);
            chart.add("", Style.DOTS, colour, dots);
        }
        out.figure(
                chart.svg() + chart.legend(),
                "Mean FLOPs spent on the inputs of each known difficulty: the adaptive way, and of each other kind the way that"
                        + " costs most nearly the same.");
        out.raw("<details><summary>As a table, with accuracy</summary><div class=\"scroll\"><table><thead><tr>"
                + "<th scope=\"col\">Way</th><th scope=\"col\">Rank correlation</th>");
        result.spending()
                .get(0)
                .byDifficulty()
                .forEach(spent -> out.element("th scope=\"col\"", "difficulty " + spent.difficulty()));
        out.raw("</tr></thead><tbody>");
        for (Spending each : result.spending()) {
            List<String> cells = new ArrayList<>();
            cells.add(result.rows().stream()
                    .filter(row -> row.name().equals(each.name()))
                    .map(row -> figure(row.difficultyCorrelation(), 2))
                    .findFirst()
                    .orElse(MISSING));
            each.byDifficulty()
                    .forEach(spent -> cells.add(percent(spent.flopsRatio(), 1) + " / " + percent(spent.accuracy(), 2)));
            out.line(each.name(), cells.toArray(String[]::new));
        }
        out.raw("</tbody></table></div></details>");
    }

    private void certificate() {
        EvaluationResult.Certificate certificate = result.certificate();
        out.element("h2", "Certificate");
        if (certificate.epsilon() == null) {
            out.element("p", "The model brings no certificate.");
        } else {
            out.element(
                    "p",
                    "Promise: " + certificate.risk() + " at most " + percent(certificate.epsilon(), 2)
                            + " for the operating points " + String.join(", ", certificate.operatingPoints())
                            + ", except with probability " + certificate.delta() + "; from " + certificate.n()
                            + " calibration inputs.");
        }
        String checks = "";
        if (certificate.certifiedIn500() != null) {
            checks = "Resplits of calibration and test data, " + certificate.resplitInputs()
                    + " inputs, one of each group. On a random half all adaptive operating points are certified anew in the"
                    + " order of training, by what they lost on the decision split, until one fails: "
                    + String.join(", ", certificate.resplitPoints()) + ". Result (" + certificate.checkedRisk()
                    + ", epsilon "
                    + certificate.checkedEpsilon() + ", delta " + certificate.checkedDelta() + "): certified in "
                    + certificate.certifiedIn500() + " of " + certificate.resplits()
                    + ", violated on the other half in "
                    + certificate.violationsIn500() + ". Certifying nothing violates nothing, so both figures belong"
                    + " together, and the other half has noise of its own. ";
        }
        if (certificate.simulatedViolationRate() != null) {
            checks += "Simulated population with a risk above epsilon: violated in "
                    + percent(certificate.simulatedViolationRate(), 2) + " of " + certificate.simulatedDraws()
                    + " draws, where " + share(certificate.simulatedViolationLimit()) + " would be too many.";
        }
        out.element("p", checks.isEmpty() ? "The method was not checked; the notes say why." : checks);
        certificate.plans().forEach(plan -> out.element("p", planned(plan, certificate)));
    }

    private String watched() {
        ShiftOutcome first = result.shift().get(0);
        return "Operating point " + (first.operatingPoint() == null ? MISSING : first.operatingPoint()) + "."
                + (first.certificate() == null
                        ? " No limit of disagreement is stated for it, so there is nothing to hold or to withdraw; the notes say"
                                + " why."
                        : "");
    }

    private static String planned(EvaluationResult.Plan plan, EvaluationResult.Certificate certificate) {
        String wanted = number(100 * plan.wantedEpsilon(), 1) + " points";
        Integer needed = plan.inputsForWanted();
        return "Which epsilon the calibration inputs can certify: n = " + plan.n() + ", one of each group. On them "
                + plan.operatingPoint() + " has a mean loss (" + certificate.checkedRisk() + ") of "
                + points(plan.meanLoss()) + " points, and " + percent(plan.discordance(), 2)
                + " of them have a loss other than 0. For a point with such losses that many certify "
                + number(100 * plan.certifiableEpsilon(), 2) + " points with probability "
                + number(plan.power(), 1) + ". "
                + (needed == null
                        ? "A certificate of " + wanted
                                + " cannot be had for it with any number of inputs up to 2,000,000."
                        : "A certificate of " + wanted + " would take about n = " + needed + ".");
    }

    private void shift() {
        if (result.shift().isEmpty()) {
            return;
        }
        out.element("h2", "Changed inputs")
                .element(
                        "p class=\"soft\"",
                        watched()
                                + " Every input also runs at full depth here; of each group one input comes before the"
                                + " sequential test of disagreement, which withdraws the certificate when it sees more than the"
                                + " certificate states as normal. The unshifted inputs are the control: there it is to hold.")
                .raw("<div class=\"scroll\"><table>")
                .raw("<thead><tr><th scope=\"col\">Change</th><th scope=\"col\">Accuracy, full depth</th>"
                        + "<th scope=\"col\">adaptive</th><th scope=\"col\">Agreement</th><th scope=\"col\">FLOPs</th>"
                        + "<th scope=\"col\">Certificate</th><th scope=\"col\">after inputs</th></tr></thead><tbody>");
        for (ShiftOutcome each : result.shift()) {
            out.line(
                    each.name(),
                    share(each.accuracyFull()),
                    share(each.accuracyAdaptive()),
                    percent(each.agreement(), 2),
                    percent(each.flopsRatio(), 1),
                    each.certificate() == null ? MISSING : each.certificate(),
                    String.valueOf(each.observed()));
        }
        out.raw("</tbody></table></div>");
    }

    private void examples() {
        if (result.examples().isEmpty()) {
            return;
        }
        out.element("h2", "Inputs by difficulty");
        String group = null;
        for (Example example : result.examples()) {
            if (!example.difficulty().equals(group)) {
                if (group != null) {
                    out.raw("</div>");
                }
                group = example.difficulty();
                out.element("h3", group).raw("<div class=\"examples\">");
            }
            out.raw("<figure>");
            Display display = example.display();
            if (display instanceof Display.Picture picture) {
                String what = example.label().isEmpty() ? "an example" : example.label();
                out.raw("<img alt=\"input: " + Html.escape(what) + "\" src=\"" + Png.dataAddress(picture) + "\"/>");
            } else if (display instanceof Display.Text text) {
                out.element("p", shortened(text.text()));
            }
            String judged = example.label().isEmpty()
                    ? (example.good() ? "as full depth" : "not as full depth")
                    : example.good() ? example.label() + ", right" : example.label() + ", answered " + example.answer();
            out.raw(example.good() ? "<figcaption>" : "<figcaption><span class=\"wrong\">")
                    .text(judged)
                    .raw(example.good() ? "" : "</span>")
                    .text("; " + example.path())
                    .raw("</figcaption></figure>");
        }
        out.raw("</div>");
    }

    private static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= LONGEST_EXAMPLE
                ? text
                : text.substring(0, text.offsetByCodePoints(0, LONGEST_EXAMPLE)) + "…";
    }

    private void notes() {
        out.element("h2", "Notes").raw("<ul>");
        result.notes().forEach(note -> out.element("li", note));
        out.raw("</ul>");
    }

    private void footer() {
        Setting setting = result.setting();
        out.raw("<footer><p>")
                .text("Model " + setting.model() + " " + setting.modelVersion() + ", identity "
                        + setting.modelIdentity()
                        + ". Data " + setting.data() + ", SHA-256 " + setting.dataSha256() + ", licence "
                        + setting.dataLicence() + facts(setting) + ". Seed " + setting.seed() + ". Machine: "
                        + setting.machine() + "; " + setting.versions() + ". " + setting.date() + ".")
                .raw("</p>");
        if (!setting.command().isEmpty()) {
            out.raw("<p><code>").text(setting.command()).raw("</code></p>");
        }
        out.raw("</footer>");
    }

    private static String facts(Setting setting) {
        StringBuilder facts = new StringBuilder();
        new java.util.TreeMap<>(setting.dataFacts())
                .forEach((name, value) ->
                        facts.append(", ").append(name).append(' ').append(value));
        return facts.toString();
    }
}
