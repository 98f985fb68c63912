/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tminus.evaluation.EvaluationResult;
import org.tminus.evaluation.EvaluationResult.Aim;
import org.tminus.evaluation.EvaluationResult.Bin;
import org.tminus.evaluation.EvaluationResult.Bound;
import org.tminus.evaluation.EvaluationResult.Cautious;
import org.tminus.evaluation.EvaluationResult.Certificate;
import org.tminus.evaluation.EvaluationResult.Comparisons;
import org.tminus.evaluation.EvaluationResult.Curve;
import org.tminus.evaluation.EvaluationResult.Depths;
import org.tminus.evaluation.EvaluationResult.Embedding;
import org.tminus.evaluation.EvaluationResult.Example;
import org.tminus.evaluation.EvaluationResult.Headline;
import org.tminus.evaluation.EvaluationResult.Memory;
import org.tminus.evaluation.EvaluationResult.OptimumProblem;
import org.tminus.evaluation.EvaluationResult.OutOfFold;
import org.tminus.evaluation.EvaluationResult.Paired;
import org.tminus.evaluation.EvaluationResult.Plan;
import org.tminus.evaluation.EvaluationResult.Point;
import org.tminus.evaluation.EvaluationResult.PolicyFinding;
import org.tminus.evaluation.EvaluationResult.Ppo;
import org.tminus.evaluation.EvaluationResult.Predictor;
import org.tminus.evaluation.EvaluationResult.Row;
import org.tminus.evaluation.EvaluationResult.Setting;
import org.tminus.evaluation.EvaluationResult.ShiftOutcome;
import org.tminus.evaluation.EvaluationResult.Spending;
import org.tminus.evaluation.EvaluationResult.SpentOn;
import org.tminus.evaluation.EvaluationResult.TrainingCurve;
import org.tminus.evaluation.EvaluationResult.Transfer;
import org.tminus.evaluation.MemoryOfWay;
import org.tminus.learning.data.Display;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class PageTest {
    private static final String HOSTILE =
            "</title><script>alert('x')</script>\"><img src=x onerror=alert(1)>&\u0000\u202E";

    private static Row row(String name, String kind, @Nullable Double latency) {
        return new Row(
                name,
                kind,
                0.9,
                List.of(0.88, 0.92),
                0.95,
                1e6,
                0.5,
                latency,
                latency,
                latency,
                latency,
                latency,
                latency == null ? null : List.of(0.4, 0.6),
                latency,
                null,
                latency == null ? null : "platform",
                null,
                latency,
                latency,
                kind.equals("static") ? true : null,
                kind.equals("static") ? null : name,
                null,
                0.98,
                0.87,
                kind.equals("static") ? null : (Boolean) name.equals("oracle"),
                null);
    }

    /** Everything filled, with this text wherever text comes from data. */
    private static EvaluationResult result(String text) {
        return result(text, 15);
    }

    /** @param micros what deciding takes, where full depth takes 2,000 */
    private static EvaluationResult result(String text, double micros) {
        return new EvaluationResult(
                new Setting(
                        text,
                        "1",
                        text,
                        text,
                        text,
                        text,
                        Map.of(text, text),
                        1,
                        100,
                        40,
                        100,
                        50,
                        2,
                        text,
                        text,
                        text,
                        Map.of("java", text),
                        text,
                        "2026-11-24T00:00:00Z"),
                new Headline(text, text, false, 0.5, -0.001, List.of(-0.002, 0.001), 0.4, List.of(0.3, 0.5), 0.8),
                new Headline(
                        text + " 4", text, true, 0.375, 0.0005, List.of(-0.001, 0.002), 0.25, List.of(0.2, 0.3), 0.6),
                List.of(
                        new Aim("to save", 0.427, true, 0.5, text, text, text),
                        new Aim("to save", 0.427, false, 0.375, "oracle", "the default", "37.5 % saved"),
                        new Aim("to save time", 0.667, null, null, text, text, "not measured"),
                        new Aim("to follow", 0.8, null, null, null, "", "nobody knows how")),
                List.of(row("full depth", "full", 1.5), row(text, "static", 0.7), row("oracle", "oracle", null)),
                new Predictor(
                        0.6,
                        0.02,
                        0.1,
                        0.3,
                        0.8,
                        List.of(List.of(5, 1), List.of(2, 7)),
                        List.of(new Bin(0.7, 0.6, 9)),
                        micros,
                        12.5,
                        micros / 2000,
                        new Cautious(4, 0.055, 0.715),
                        new OutOfFold(0.59, 0.031, 0.178, 0.21, 0.2, null),
                        new OutOfFold(0.64, 0.047, 0.414, 0.19, 0.17, new Cautious(4, 0.045, 0.625))),
                new Certificate(
                        text,
                        0.003,
                        0.05,
                        1000L,
                        List.of(text),
                        3,
                        400,
                        0.01,
                        0.06,
                        2000,
                        500,
                        text,
                        0.003,
                        0.05,
                        List.of(text),
                        180,
                        List.of(
                                new Plan(text, 5792, -0.0012, 0.034, 0.8, 0.0062, 0.003, 26200),
                                new Plan("hopeless", 5792, 0.0052, 0.06, 0.8, 0.0131, 0.003, null))),
                new Ppo(
                        3,
                        0.5,
                        0.1,
                        0.018,
                        new OptimumProblem(0.6803, 0.668, 0.6548, 0.5199, 0.1),
                        List.of(new PolicyFinding(text, 3, false, "BUDGET_IGNORED", text)),
                        Map.of("lstm-ppo-closed", micros, "lstm-ppo-open", 1.25)),
                List.of(
                        new Paired(text, text, 0.001, List.of(-0.001, 0.003), 0.5, 1, "accuracy", true, false, false),
                        new Paired(
                                text, text + " 2", 0.01, List.of(0.001, 0.02), 0.5, 0.6, "accuracy", true, true, false),
                        new Paired(
                                text, text + " 3", 0.02, List.of(0.01, 0.03), 0.5, 0.6, "accuracy", true, true, true),
                        new Paired(
                                "other",
                                text,
                                -0.01,
                                List.of(-0.02, -0.001),
                                0.5,
                                0.5,
                                "accuracy",
                                false,
                                true,
                                false)),
                new Comparisons(4, 3, 1, 1, 1, 3),
                0.7,
                0.65,
                0.8,
                List.of(
                        new ShiftOutcome("unshifted", 0.9, 0.9, 0.98, 0.6, "held", 100, text),
                        new ShiftOutcome(text, 0.8, 0.7, 0.9, 0.6, "withdrawn", 40, text)),
                List.of(
                        new Transfer(
                                text,
                                text,
                                text,
                                text,
                                text,
                                0.8,
                                0.9,
                                0.5,
                                -0.01,
                                List.of(-0.02, 0.0),
                                -0.02,
                                List.of(-0.03, -0.01),
                                0.56,
                                null),
                        new Transfer(text, text, null, null, "", null, null, null, null, null, null, null, null, text)),
                List.of(
                        new Spending(text, "oracle", List.of(new SpentOn(1, 5, 0.2, 1), new SpentOn(2, 5, 0.4, 1))),
                        new Spending(text, "lstm-ppo-open", List.of(new SpentOn(1, 5, 0.3, 1)))),
                new Embedding(0.95, 100, 50),
                new Memory(
                        10.0,
                        12.0,
                        List.of(
                                new MemoryOfWay("full depth", 10.25, 6.0, 1.5, 2.0, 1.0, 0.75, 0.5),
                                new MemoryOfWay(text, 12, null, null, null, null, null, null))),
                List.of(new Curve(text, "static", List.of(new Point(0.1, 0.5), new Point(1, 0.9)))),
                List.of(new Depths(text, 10, 0.4, Map.of(1, 6, 3, 4))),
                List.of(new Bound("stable", 0.003, 0.3)),
                List.of(new TrainingCurve(text, List.of(0.0, 1.0), Map.of("reward", List.of(0.1, 0.2)))),
                List.of(
                        new Example(text, text, "other", false, text, new Display.Text(text)),
                        new Example(
                                text, "", text, true, text, new Display.Picture(2, 2, 1, new byte[] {0, 50, 100, -1}))),
                List.of(text));
    }

    private static EvaluationResult empty() {
        return new EvaluationResult(
                new Setting(
                        "m",
                        "1",
                        "i",
                        "d",
                        "h",
                        "l",
                        Map.of(),
                        1,
                        1,
                        1,
                        1,
                        0,
                        2,
                        "",
                        "",
                        "",
                        Map.of(),
                        "",
                        "2026-11-24T00:00:00Z"),
                null,
                null,
                List.of(),
                List.of(),
                new Predictor(null, null, null, null, null, List.of(), List.of(), null, null, null, null, null, null),
                new Certificate(
                        null, null, null, null, List.of(), null, null, null, null, null, null, null, null, null,
                        List.of(), null, List.of()),
                new Ppo(null, null, null, null, null, null, Map.of()),
                List.of(),
                new Comparisons(0, 0, 0, 0, 1, null),
                null,
                null,
                null,
                List.of(),
                List.of(),
                List.of(),
                null,
                Memory.NONE,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
    }

    private static Document parse(String page) throws Exception {
        String xml = page.replace("<!DOCTYPE html>", "");
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Element> all(Document page, String tag) {
        return all(page.getDocumentElement(), tag);
    }

    private static List<Element> all(Element page, String tag) {
        List<Element> found = new ArrayList<>();
        NodeList nodes = page.getElementsByTagName(tag);
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }

    @Test
    void thePageIsWellFormedAndAccessible() throws Exception {
        Document page = parse(Page.of(result("a name")));

        assertThat(page.getDocumentElement().getAttribute("lang")).isEqualTo("en");
        assertThat(all(page, "h1")).hasSize(1);
        assertThat(all(page, "figure")).hasSizeGreaterThan(6);
        for (Element figure : all(page, "figure")) {
            assertThat(figure.getElementsByTagName("figcaption").getLength()).isEqualTo(1);
        }
        for (Element svg : all(page, "svg")) {
            assertThat(svg.getAttribute("aria-label") + svg.getAttribute("aria-hidden"))
                    .isNotEmpty();
        }
        for (Element image : all(page, "img")) {
            assertThat(image.getAttribute("alt")).isNotEmpty();
            assertThat(image.getAttribute("src")).startsWith("data:image/png;base64,");
        }
        for (Element heading : all(page, "th")) {
            assertThat(heading.getAttribute("scope")).isIn("col", "row");
        }
        assertThat(page.getElementsByTagName("script").getLength()).isZero();
        assertThat(page.getElementsByTagName("link").getLength()).isZero();
    }

    @Test
    void differencesSayWhoIsBetterAndAtWhatCost() throws Exception {
        String text = parse(Page.of(result("a name"))).getDocumentElement().getTextContent();

        assertThat(text)
                .contains("no clear difference")
                .contains("better, and cheaper")
                .contains("+1.00 ▲")
                .contains("−1.00 ▼")
                .contains("costs 60.0 %")
                .contains("not possible: a name");
    }

    @Test
    void whatWasChosenInSampleGetsNoVerdict() throws Exception {
        Document page = parse(Page.of(result("a name")));
        String line = all(page, "tr").stream()
                .map(Element::getTextContent)
                .filter(text -> text.startsWith("a name 3"))
                .findFirst()
                .orElseThrow();

        assertThat(line).endsWith("none").doesNotContain("better").doesNotContain("cheaper");
        assertThat(page.getDocumentElement().getTextContent())
                .contains("+2.00")
                .doesNotContain("+2.00 ▲")
                .contains("chosen in sample gets no verdict");
    }

    @Test
    void thePageSaysWhatVerdictsRestOn() throws Exception {
        String text = parse(Page.of(result("a name"))).getDocumentElement().getTextContent();

        assertThat(text)
                .contains("4 comparisons here, 3 of them of the adaptive way; 1 say better and 1 worse")
                .contains("one training of the network and the best of 3 seeds")
                .contains("100 test inputs in 40 groups")
                .contains("180 inputs, one of each group")
                .contains("in the order of training")
                .contains("full depth does (this way: −0.10 points of accuracy); 65 % of what one would save")
                .contains("−2.00 (−3.00 to −1.00), costs 56.0 %");
    }

    @Test
    void thePageSaysWhetherDecidingIsAsCheapAsPromised() throws Exception {
        String cheap = parse(Page.of(result("a name", 15))).getDocumentElement().getTextContent();
        String dear = parse(Page.of(result("a name", 25))).getDocumentElement().getTextContent();
        String unknown = parse(Page.of(empty())).getDocumentElement().getTextContent();

        assertThat(cheap)
                .contains("15.00 µs per input asked one by one, 12.50 µs in batches of 64")
                .contains("0.75 % of the 2000 µs that full depth takes")
                .contains("within the limit of 1 %.")
                .contains("15.00 µs with lstm-ppo-closed and 1.25 µs with lstm-ppo-open")
                .contains("The limit of 20 µs holds.");
        assertThat(dear)
                .contains("1.25 % of the 2000 µs that full depth takes")
                .contains("breaks the limit of 1 %, here 20.00 µs.")
                .contains("The limit of 20 µs does not hold for lstm-ppo-closed.");
        assertThat(unknown).doesNotContain("µs").doesNotContain("limit");
    }

    @Test
    void thePageSaysHowFarTheOptimumIsAndOfWhichProblem() throws Exception {
        String text = parse(Page.of(result("a name"))).getDocumentElement().getTextContent();

        assertThat(text)
                .doesNotContain("the same table")
                .contains(
                        "at most 4,000 inputs of the decision split, at most 5 paths of the menu, confidences in 3 bins,")
                .contains("the closed loop alone, and one price of FLOPs (0.10)")
                .contains("0.6803 for the optimum, 0.6680 for a policy that PPO trained")
                .contains("0.6548 for the best path for all inputs alike")
                .contains("The gap to the optimum is 0.0180 of it.")
                .contains("Of what the optimum gains over the best fixed path, PPO gains 52 %");
    }

    @Test
    void thePageSaysWhatWasWrongWithWhichSeed() throws Exception {
        Document page = parse(Page.of(result("a name")));
        List<String> line = all(page, "tr").stream()
                .filter(each -> each.getTextContent().contains("BUDGET_IGNORED"))
                .flatMap(each -> all(each, "*").stream())
                .map(Element::getTextContent)
                .toList();

        assertThat(line).containsExactly("a name", "3", "no", "BUDGET_IGNORED", "a name");
        assertThat(page.getDocumentElement().getTextContent()).doesNotContain("Nothing wrong was found");
    }

    @Test
    void thePageShowsEveryFormOfThePredictor() throws Exception {
        EvaluationResult result = result("a name");
        Document page = parse(Page.of(result));

        assertThat(lines(page))
                .contains(
                        "input features, likeliest class|test|60.00 %|0.020|AUC 0.800|10.00 %|30.00 %",
                        "input features, likeliest class|decision|59.00 %|0.031|rank correlation 0.18|21.00 %|20.00 %",
                        "input features, cautious|decision|–|–|–|5.50 %|71.50 %",
                        "after the stem, likeliest class|decision|64.00 %|0.047|rank correlation 0.41|19.00 %|17.00 %",
                        "after the stem, cautious|decision|–|–|–|4.50 %|62.50 %");
        assertThat(page.getDocumentElement().getTextContent()).doesNotContain("argmax");
        assertThat(Page.of(withConfusion(result, List.of(List.of(5, 0), List.of(9, 0)), 0.8)))
                .contains("probabilities still rank inputs (AUC 0.800")
                .contains("the policy reads them, not the argmax");
        assertThat(Page.of(withConfusion(result, List.of(List.of(5, 0), List.of(9, 0)), 0.5)))
                .contains("(argmax) is the same")
                .doesNotContain("still rank");
    }

    @Test
    void thePageSaysOfEachHeadlineWhetherItIsCertified() throws Exception {
        String html = Page.of(result("a name"));
        String text = parse(html).getDocumentElement().getTextContent();
        int second = text.indexOf("In force if nobody asks for another: a name 4");

        assertThat(second).isPositive();
        assertThat(text.substring(0, second))
                .contains("This point is not certified: the certificate holds for a name only")
                .contains("50.0 %less computation")
                .contains("not certifiedno promise is made")
                .doesNotContain("≤ 0.30 %")
                .doesNotContain("This point is certified");
        assertThat(text.substring(second, text.indexOf("What was aimed for")))
                .contains("This point is certified.")
                .contains("37.5 %less computation")
                .contains("25.0 %less mean time")
                .contains("≤ 0.30 %certified a name of this and 0 other operating points")
                .doesNotContain("not certified");
        assertThat(html.split("<div class=\"cards\">", -1)).hasSize(3);
    }

    @Test
    void thePageMarksWhatIsCertified() throws Exception {
        assertThat(lines(parse(Page.of(result("a name")))))
                .anyMatch(line -> line.startsWith("full depth|full|") && line.endsWith("|–|no"))
                .anyMatch(line -> line.startsWith("oracle|oracle|") && line.endsWith("|–|yes"))
                .anyMatch(line -> line.startsWith("a name|static|") && line.endsWith("|yes|–"));
    }

    @Test
    void thePageSaysWhatWasAimedForAndWhetherItIsReached() throws Exception {
        Document page = parse(Page.of(result("a name")));
        List<String> table = all(page, "table").stream()
                .filter(each -> each.getTextContent().startsWith("Aima name"))
                .flatMap(each -> all(each, "tr").stream())
                .map(Element::getTextContent)
                .toList();

        assertThat(table)
                .containsExactly(
                        "Aima namea nameoraclethe default; certified",
                        "to savereacheda namenot reached37.5 % saved",
                        "to save timenot knownnot measured–",
                        "to follownobody knows how");
    }

    @Test
    void thePageSaysWhatTheCalibrationInputsCanCertify() throws Exception {
        assertThat(parse(Page.of(result("a name"))).getDocumentElement().getTextContent())
                .contains(
                        "n = 5792, one of each group. On them a name has a mean loss (a name) of −0.12 points, and 3.40 %")
                .contains(
                        "that many certify 0.62 points with probability 0.8. A certificate of 0.3 points would take about"
                                + " n = 26200.")
                .contains("hopeless has")
                .contains("A certificate of 0.3 points cannot be had for it");
    }

    private static List<String> lines(Document page) {
        return all(page, "tr").stream()
                .map(row -> String.join(
                        "|", all(row, "*").stream().map(Element::getTextContent).toList()))
                .toList();
    }

    private static EvaluationResult withConfusion(EvaluationResult from, List<List<Integer>> confusion, double auc) {
        Predictor predictor =
                new Predictor(0.6, 0.02, 0.1, 0.3, auc, confusion, List.of(), null, null, null, null, null, null);
        return new EvaluationResult(
                from.setting(),
                from.headline(),
                from.certifiedDefault(),
                from.aims(),
                from.rows(),
                predictor,
                from.certificate(),
                from.ppo(),
                from.paired(),
                from.comparisons(),
                from.oracleShare(),
                from.oracleShareAtEqualQuality(),
                from.difficultyRankCorrelation(),
                from.shift(),
                from.transfer(),
                from.spending(),
                from.embedding(),
                from.memory(),
                from.curves(),
                from.depths(),
                from.bounds(),
                from.training(),
                from.examples(),
                from.notes());
    }

    @Test
    void namesFromOutsideStayText() throws Exception {
        String html = Page.of(result(HOSTILE));
        Document page = parse(html);

        assertThat(page.getElementsByTagName("script").getLength()).isZero();
        assertThat(all(page, "img"))
                .allSatisfy(image -> assertThat(image.hasAttribute("onerror")).isFalse());
        assertThat(all(page, "img")).hasSize(1);
        assertThat(html).doesNotContain("\u0000").doesNotContain("\u202E");
        assertThat(all(page, "h1").get(0).getTextContent()).contains("<script>alert('x')</script>");
    }

    @Test
    void nothingMeasuredStillMakesAPage() throws Exception {
        Document page = parse(Page.of(empty()));
        assertThat(page.getDocumentElement().getTextContent())
                .contains("brings no certificate")
                .contains("Nothing was timed")
                .doesNotContain("NaN")
                .doesNotContain("null");
    }

    @Property(tries = 100)
    void anyTextGivesAWellFormedPage(@ForAll String text) throws Exception {
        assertThat(parse(Page.of(result(text))).getDocumentElement().getTagName())
                .isEqualTo("html");
    }
}
