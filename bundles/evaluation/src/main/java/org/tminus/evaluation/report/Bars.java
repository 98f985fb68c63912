/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** Horizontal bars, each in one or several pieces, as inline SVG. Used by one thread. */
final class Bars {
    private static final int WIDTH = 600;
    private static final int VALUES = 80;
    private static final int LINE = 48;

    private record Bar(String label, List<Double> pieces, String value) {}

    private final String title;
    private final List<Bar> bars = new ArrayList<>();

    Bars(String title) {
        this.title = title;
    }

    /** @param pieces not negative, drawn one after the other, each in its own colour */
    void add(String label, double[] pieces, String value) {
        bars.add(new Bar(label, DoubleStream.of(pieces).boxed().toList(), value));
    }

    boolean isEmpty() {
        return bars.isEmpty();
    }

    String svg() {
        double most = 1e-12;
        for (Bar bar : bars) {
            double sum = 0;
            for (double piece : bar.pieces()) {
                sum += piece;
            }
            most = Math.max(most, sum);
        }
        int height = bars.size() * LINE + 8;
        Html out = new Html();
        out.raw("<svg viewBox=\"0 0 " + WIDTH + " " + height + "\" role=\"img\" aria-label=\"" + Html.escape(title)
                + "\"><title>" + Html.escape(title) + "</title>");
        double scale = (WIDTH - VALUES) / most;
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            double y = 4.0 + i * LINE;
            text(out, 0, y + 15, "start", shortened(bar.label()));
            double x = 0;
            for (int piece = 0; piece < bar.pieces().size(); piece++) {
                double width = bar.pieces().get(piece) * scale;
                if (width > 0) {
                    out.raw(String.format(
                            Locale.ROOT,
                            "<g class=\"c%d\"><rect class=\"fill\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/></g>",
                            piece % 8,
                            x,
                            y + 21,
                            width,
                            16));
                }
                x += width;
            }
            text(out, x + 6, y + 34, "start", bar.value());
        }
        return out.raw("</svg>").toString();
    }

    private static String shortened(String label) {
        int most = 70;
        return label.codePointCount(0, label.length()) <= most
                ? label
                : label.substring(0, label.offsetByCodePoints(0, most - 1)) + "…";
    }

    private static void text(Html out, double x, double y, String anchor, String text) {
        out.raw(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor))
                .text(text)
                .raw("</text>");
    }
}
