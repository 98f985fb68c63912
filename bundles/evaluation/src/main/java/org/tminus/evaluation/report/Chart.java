/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A plot of series over two axes as inline SVG. Colours come from the page's style sheet, so that the plot follows its light
 * or dark theme; series differ in shape as well as in colour. Used by one thread.
 */
final class Chart {
    private static final int WIDTH = 600;
    private static final int HEIGHT = 400;
    private static final int LEFT = 84;
    private static final int RIGHT = 24;
    private static final int TOP = 14;
    private static final int BOTTOM = 56;
    private static final int COLOURS = 8;
    /** Whole numbers that stand side by side at an axis. */
    private static final int MOST_TICKS = 12;

    /** How a series is drawn. */
    enum Style {
        LINE,
        DASHED,
        DOTS
    }

    /** @param low lower end of the error bar; NaN for none */
    record Dot(double x, double y, double low, double high, String label) {
        static Dot of(double x, double y) {
            return new Dot(x, y, Double.NaN, Double.NaN, "");
        }
    }

    private record Series(String name, Style style, int colour, List<Dot> dots) {}

    private final String title;
    private final String xLabel;
    private final String yLabel;
    private final List<Series> series = new ArrayList<>();
    private boolean wholeX;
    private List<String> xNames = List.of();
    private double @Nullable [] xRange;
    private double @Nullable [] yRange;

    Chart(String title, String xLabel, String yLabel) {
        this.title = title;
        this.xLabel = xLabel;
        this.yLabel = yLabel;
    }

    Chart xRange(double low, double high) {
        xRange = new double[] {low, high};
        return this;
    }

    Chart yRange(double low, double high) {
        yRange = new double[] {low, high};
        return this;
    }

    /** Only whole numbers stand at the horizontal axis. */
    Chart wholeX() {
        wholeX = true;
        return this;
    }

    /** Names stand at the horizontal axis, for 0, 1 and so on. */
    Chart xNames(List<String> names) {
        xNames = List.copyOf(names);
        return xRange(-0.5, names.size() - 0.5);
    }

    /**
     * Points that are not finite are left out.
     *
     * @param name empty for one that the legend leaves out
     * @param colour 0 to 7
     */
    Chart add(String name, Style style, int colour, List<Dot> dots) {
        List<Dot> finite = dots.stream()
                .filter(dot -> Double.isFinite(dot.x()) && Double.isFinite(dot.y()))
                .toList();
        if (!finite.isEmpty()) {
            series.add(new Series(name, style, Math.floorMod(colour, COLOURS), finite));
        }
        return this;
    }

    boolean isEmpty() {
        return series.isEmpty();
    }

    String svg() {
        double[] x = xRange != null ? xRange : range(true);
        double[] y = yRange != null ? yRange : range(false);
        Html out = new Html();
        out.raw("<svg viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"" + Html.escape(title)
                + "\"><title>" + Html.escape(title) + "</title>");
        axes(out, x, y);
        for (Series each : series) {
            draw(out, each, x, y);
        }
        return out.raw("</svg>").toString();
    }

    private double[] range(boolean horizontal) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Series each : series) {
            for (Dot dot : each.dots()) {
                double value = horizontal ? dot.x() : dot.y();
                low = Math.min(low, value);
                high = Math.max(high, value);
                if (!horizontal && Double.isFinite(dot.low())) {
                    low = Math.min(low, dot.low());
                    high = Math.max(high, dot.high());
                }
            }
        }
        if (!(high > low)) {
            double centre = Double.isFinite(low) ? low : 0;
            return new double[] {centre - 0.5, centre + 0.5};
        }
        double room = 0.05 * (high - low);
        return new double[] {low - room, high + room};
    }

    private static void axes0(Html out, String className, double x1, double y1, double x2, double y2) {
        out.raw(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                className,
                x1,
                y1,
                x2,
                y2));
    }

    private void axes(Html out, double[] x, double[] y) {
        for (double tick : xTicks(x)) {
            double at = px(tick, x);
            axes0(out, "grid", at, TOP, at, HEIGHT - BOTTOM);
            label(out, at, HEIGHT - BOTTOM + 18, "middle", xLabel(tick, x));
        }
        for (double tick : ticks(y, false)) {
            double at = py(tick, y);
            axes0(out, "grid", LEFT, at, WIDTH - RIGHT, at);
            label(out, LEFT - 6, at + 4, "end", tick(tick, y));
        }
        axes0(out, "axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
        axes0(out, "axis", LEFT, TOP, LEFT, HEIGHT - BOTTOM);
        label(out, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", xLabel);
        double middle = (TOP + HEIGHT - BOTTOM) / 2.0;
        out.raw(String.format(
                        Locale.ROOT,
                        "<text transform=\"rotate(-90 14 %.1f)\" x=\"14\" y=\"%.1f\" text-anchor=\"middle\">",
                        middle,
                        middle))
                .text(yLabel)
                .raw("</text>");
    }

    private List<Double> xTicks(double[] x) {
        return xNames.isEmpty()
                ? ticks(x, wholeX)
                : IntStream.range(0, xNames.size()).asDoubleStream().boxed().toList();
    }

    private String xLabel(double tick, double[] x) {
        if (!xNames.isEmpty()) {
            return xNames.get((int) tick);
        }
        return wholeX ? Html.number(tick, 0) : tick(tick, x);
    }

    private static void label(Html out, double x, double y, String anchor, String text) {
        out.raw(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor))
                .text(text)
                .raw("</text>");
    }

    private static List<Double> ticks(double[] range, boolean whole) {
        double rough = (range[1] - range[0]) / 5;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = power;
        for (double factor : new double[] {1, 2, 5, 10}) {
            step = power * factor;
            if (step >= rough) {
                break;
            }
        }
        step = whole ? Math.max(1, range[1] - range[0] <= MOST_TICKS ? 1 : Math.round(step)) : step;
        List<Double> ticks = new ArrayList<>();
        for (double at = Math.ceil(range[0] / step) * step; at <= range[1] + 1e-9 * step; at += step) {
            ticks.add(at);
        }
        return ticks;
    }

    private static String tick(double value, double[] range) {
        double span = range[1] - range[0];
        int digits = (int) Math.max(0, Math.min(6, Math.ceil(-Math.log10(span / 5))));
        return Html.number(value == 0 ? 0.0 : value, digits);
    }

    private static double px(double value, double[] range) {
        return LEFT + (value - range[0]) / (range[1] - range[0]) * (WIDTH - LEFT - RIGHT);
    }

    private static double py(double value, double[] range) {
        return HEIGHT - BOTTOM - (value - range[0]) / (range[1] - range[0]) * (HEIGHT - TOP - BOTTOM);
    }

    private static void draw(Html out, Series each, double[] x, double[] y) {
        out.raw("<g class=\"c" + each.colour() + "\">");
        if (each.style() != Style.DOTS) {
            StringBuilder points = new StringBuilder();
            for (Dot dot : each.dots()) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", clampX(dot, x), clampY(dot.y(), y)));
            }
            String dash = each.style() == Style.DASHED ? " dashed" : "";
            out.raw("<polyline class=\"line" + dash + "\" points=\""
                            + points.toString().strip() + "\"><title>")
                    .text(each.name())
                    .raw("</title></polyline>");
        } else {
            for (Dot dot : each.dots()) {
                dot(out, each, dot, x, y);
            }
        }
        out.raw("</g>");
    }

    private static double clampX(Dot dot, double[] x) {
        return Math.max(LEFT, Math.min(WIDTH - RIGHT, px(dot.x(), x)));
    }

    private static double clampY(double value, double[] y) {
        return Math.max(TOP, Math.min(HEIGHT - BOTTOM, py(value, y)));
    }

    private static void dot(Html out, Series each, Dot dot, double[] x, double[] y) {
        double at = clampX(dot, x);
        double height = clampY(dot.y(), y);
        if (Double.isFinite(dot.low())) {
            axes0(out, "bar", at, clampY(dot.low(), y), at, clampY(dot.high(), y));
        }
        out.raw(shape(each.colour(), at, height)
                        .replace(
                                "/>",
                                "><title>" + Html.escape(dot.label().isEmpty() ? each.name() : dot.label())
                                        + "</title>"))
                .raw("</" + shapeName(each.colour()) + ">");
    }

    private static String shapeName(int colour) {
        return switch (colour % 4) {
            case 0 -> "circle";
            case 1 -> "rect";
            default -> "polygon";
        };
    }

    /** A marker, closed by {@code />}. */
    static String shape(int colour, double x, double y) {
        return switch (colour % 4) {
            case 0 -> String.format(Locale.ROOT, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>", x, y);
            case 1 ->
                String.format(
                        Locale.ROOT,
                        "<rect class=\"dot\" x=\"%.1f\" y=\"%.1f\" width=\"9\" height=\"9\"/>",
                        x - 4.5,
                        y - 4.5);
            case 2 ->
                String.format(
                        Locale.ROOT,
                        "<polygon class=\"dot\" points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>",
                        x,
                        y - 6,
                        x + 5.5,
                        y + 4.5,
                        x - 5.5,
                        y + 4.5);
            default ->
                String.format(
                        Locale.ROOT,
                        "<polygon class=\"dot\" points=\"%.1f,%.1f %.1f,%.1f %.1f,%.1f %.1f,%.1f\"/>",
                        x,
                        y - 6,
                        x + 6,
                        y,
                        x,
                        y + 6,
                        x - 6,
                        y);
        };
    }

    /** The names of the series with their marks, as an HTML list. */
    String legend() {
        Html out = new Html().raw("<ul class=\"legend\">");
        for (Series each : series) {
            if (each.name().isEmpty()) {
                continue;
            }
            out.raw("<li><svg viewBox=\"0 0 26 14\" aria-hidden=\"true\"><g class=\"c" + each.colour() + "\">");
            if (each.style() == Style.DOTS) {
                out.raw(shape(each.colour(), 13, 7));
            } else {
                out.raw("<line class=\"line" + (each.style() == Style.DASHED ? " dashed" : "")
                        + "\" x1=\"1\" y1=\"7\" x2=\"25\" y2=\"7\"/>");
            }
            out.raw("</g></svg> ").text(each.name()).raw("</li>");
        }
        return out.raw("</ul>").toString();
    }
}
