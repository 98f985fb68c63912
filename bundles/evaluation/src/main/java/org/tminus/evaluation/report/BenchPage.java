/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import static org.tminus.evaluation.report.Html.MISSING;
import static org.tminus.evaluation.report.Html.figure;
import static org.tminus.evaluation.report.Html.number;
import static org.tminus.evaluation.report.Html.percent;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.bench.BenchResult;
import org.tminus.evaluation.bench.BenchResult.OfModel;
import org.tminus.evaluation.bench.BenchResult.OfPath;
import org.tminus.evaluation.bench.BenchResult.Row;
import org.tminus.evaluation.report.Chart.Dot;
import org.tminus.evaluation.report.Chart.Style;

/** Makes the page of a benchmark. */
public final class BenchPage {
    /** What is slower would press all else together. */
    private static final double MOST_RATIO = 4;

    private final BenchResult result;
    private final List<String> engines;
    private final Html out = new Html();

    private BenchPage(BenchResult result) {
        this.result = result;
        this.engines = Stream.concat(
                        Stream.of(BenchResult.FULL, BenchResult.ADAPTIVE, BenchResult.ONNX_RUNTIME),
                        result.rows().stream().map(Row::engine))
                .distinct()
                .toList();
    }

    /** The whole page. */
    public static String of(BenchResult result) {
        BenchPage page = new BenchPage(result);
        page.write();
        return page.out.toString();
    }

    private void write() {
        PageFrame.open(out, "Tminus beside other engines");
        out.element("p", result.machine() + "; " + result.date() + ".")
                .element(
                        "p class=\"soft\"",
                        BenchResult.FULL + " is full depth through the platform, " + BenchResult.ADAPTIVE
                                + " the model's default operating point; the others run the model's file alone, each in the"
                                + " setting that is fastest in its row. All take turns in every round. Ratios are over "
                                + BenchResult.ONNX_RUNTIME
                                + " in the same round, medians with 95 % intervals: below 1 is faster.");
        for (String model : result.rows().stream().map(Row::model).distinct().toList()) {
            model(
                    model,
                    result.rows().stream()
                            .filter(row -> row.model().equals(model))
                            .toList(),
                    result.models().stream()
                            .filter(each -> each.model().equals(model))
                            .findFirst()
                            .orElse(null));
        }
        notes();
        out.raw("</main>");
        footer();
        PageFrame.close(out);
    }

    private void model(String name, List<Row> rows, @Nullable OfModel once) {
        out.element("h2", name);
        if (once != null) {
            cards(once);
        }
        ratios(
                "Time over ONNX Runtime, one client, by inputs in a request",
                "inputs in a request",
                rows,
                Row::batch,
                row -> row.threads() == 1);
        ratios(
                "Time over ONNX Runtime, one input in a request, by clients",
                "clients",
                rows,
                Row::threads,
                row -> row.batch() == 1);
        throughput(rows);
        if (once != null) {
            savings(once);
            bars(
                    "Start of a process to its first answer, ms",
                    engines.stream()
                            .filter(once.coldStartMs()::containsKey)
                            .map(engine -> new Bar(engine, once.coldStartMs().getOrDefault(engine, 0.0)))
                            .toList());
        }
        bars(
                "Peak memory with one client and one input in a request, MiB",
                rows.stream()
                        .filter(row -> row.batch() == 1 && row.threads() == 1)
                        .filter(row -> row.peakMemoryMiB() != null)
                        .map(row -> new Bar(row.engine(), Objects.requireNonNullElse(row.peakMemoryMiB(), 0.0)))
                        .toList());
        table(rows);
        if (once != null) {
            paths(once.paths());
        }
    }

    private void cards(OfModel once) {
        out.raw("<div class=\"cards\">");
        card(figure(once.efficiency(), 2), "of the FLOPs that a path saves become saved time (median of the paths)");
        card(figure(once.switchMicroseconds(), 1) + " µs", "a change of path, beyond staying on one");
        card(
                once.decisionShare() == null ? MISSING : percent(once.decisionShare(), 2),
                "predictor and policy, of the time of full depth");
        out.raw("</div>");
    }

    private void card(String value, String what) {
        out.raw("<div class=\"card\">").element("b", value).text(what).raw("</div>");
    }

    private void ratios(String title, String xLabel, List<Row> rows, ToIntFunction<Row> x, Predicate<Row> shown) {
        List<Integer> places = places(rows, x, shown);
        Chart chart = new Chart(title, xLabel, "time over " + BenchResult.ONNX_RUNTIME)
                .xNames(places.stream().map(String::valueOf).toList());
        for (String engine : engines) {
            List<Dot> dots = rows.stream()
                    .filter(shown.and(row -> row.engine().equals(engine)))
                    .map(row -> new Dot(
                            places.indexOf(x.applyAsInt(row)),
                            row.ratioToOnnxRuntime(),
                            row.ratioCi95().get(0),
                            row.ratioCi95().get(1),
                            engine + ": " + number(row.ratioToOnnxRuntime(), 3)))
                    .toList();
            boolean reference = engine.equals(BenchResult.ONNX_RUNTIME);
            chart.add(reference ? engine : "", reference ? Style.DASHED : Style.LINE, engines.indexOf(engine), dots);
            if (!reference) {
                chart.add(engine, Style.DOTS, engines.indexOf(engine), dots);
            }
        }
        double most = rows.stream()
                .filter(shown)
                .mapToDouble(row -> row.ratioCi95().get(1))
                .max()
                .orElse(1);
        chart.yRange(0, Math.min(MOST_RATIO, 1.05 * Math.max(1, most)));
        draw(
                most > MOST_RATIO ? title + "; what is above " + number(MOST_RATIO, 0) + " stands at the edge" : title,
                chart);
    }

    private void throughput(List<Row> rows) {
        Predicate<Row> shown = row -> row.batch() == 1;
        List<Integer> places = places(rows, Row::threads, shown);
        String title = "Inputs per second, one input in a request, by clients";
        Chart chart = new Chart(title, "clients", "inputs per second")
                .xNames(places.stream().map(String::valueOf).toList());
        for (String engine : engines) {
            List<Dot> dots = rows.stream()
                    .filter(shown.and(row -> row.engine().equals(engine)))
                    .map(row -> Dot.of(places.indexOf(row.threads()), row.throughputPerSecond()))
                    .toList();
            chart.add("", Style.LINE, engines.indexOf(engine), dots);
            chart.add(engine, Style.DOTS, engines.indexOf(engine), dots);
        }
        draw(title, chart);
    }

    private static List<Integer> places(List<Row> rows, ToIntFunction<Row> x, Predicate<Row> shown) {
        return rows.stream()
                .filter(shown)
                .mapToInt(x)
                .distinct()
                .sorted()
                .boxed()
                .toList();
    }

    private void savings(OfModel once) {
        String title = "Saved time by saved FLOPs, one input at a time";
        List<Dot> dots = new ArrayList<>();
        for (OfPath path : once.paths()) {
            dots.add(new Dot(
                    100 * (1 - path.flopsRatio()),
                    100 * (1 - path.timeRatio()),
                    Double.NaN,
                    Double.NaN,
                    path.path() + ": " + percent(1 - path.timeRatio(), 1)));
        }
        draw(
                title,
                new Chart(title, "saved FLOPs, %", "saved time, %")
                        .add("all that is saved becomes time", Style.DASHED, 7, List.of(Dot.of(0, 0), Dot.of(100, 100)))
                        .add("paths of the menu", Style.DOTS, 0, dots));
    }

    private void draw(String title, Chart chart) {
        if (!chart.isEmpty()) {
            out.figure(chart.svg() + chart.legend(), title + ".");
        }
    }

    private record Bar(String engine, double value) {}

    private void bars(String title, List<Bar> bars) {
        Bars chart = new Bars(title);
        for (Bar bar : bars) {
            chart.add(bar.engine(), new double[] {Math.max(0, bar.value())}, number(bar.value(), 1));
        }
        if (!chart.isEmpty()) {
            out.figure(chart.svg(), title + ".");
        }
    }

    private void table(List<Row> rows) {
        out.table(
                "Engine",
                "Inputs",
                "Clients",
                "p50, ms",
                "p99, ms",
                "Inputs/s",
                "Ratio",
                "95 %",
                "Quartiles",
                "Peak, MiB",
                "Setting");
        for (Row row : rows) {
            out.line(
                    row.engine(),
                    String.valueOf(row.batch()),
                    String.valueOf(row.threads()),
                    number(row.p50Ms(), 3),
                    number(row.p99Ms(), 3),
                    number(row.throughputPerSecond(), 1),
                    number(row.ratioToOnnxRuntime(), 3),
                    range(row.ratioCi95()),
                    range(row.ratioQuartiles()),
                    figure(row.peakMemoryMiB(), 1),
                    row.setting());
        }
        out.endTable();
    }

    private static String range(List<Double> ends) {
        return number(ends.get(0), 3) + " – " + number(ends.get(1), 3);
    }

    private void paths(List<OfPath> paths) {
        if (paths.isEmpty()) {
            return;
        }
        out.raw("<details>").element("summary", "Paths of the menu").table("Path", "FLOPs", "Time", "Efficiency");
        for (OfPath path : paths) {
            out.line(
                    path.path(),
                    percent(path.flopsRatio(), 1),
                    percent(path.timeRatio(), 1),
                    figure(path.efficiency(), 2));
        }
        out.endTable().raw("</details>");
    }

    private void notes() {
        if (result.notes().isEmpty()) {
            return;
        }
        out.element("h2", "Notes").raw("<ul>");
        result.notes().forEach(note -> out.element("li", note));
        out.raw("</ul>");
    }

    private void footer() {
        out.raw("<footer>")
                .element("p", String.format(Locale.ROOT, "%s; %s", result.machine(), result.versions()))
                .raw("<p>")
                .element("code", result.command())
                .raw("</p></footer>");
    }
}
