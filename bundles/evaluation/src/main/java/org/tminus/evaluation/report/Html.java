/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes HTML; whatever comes from data goes through {@link #text} or {@link #escape}. Used by one thread. */
final class Html {
    /** Stands for what was not measured. */
    static final String MISSING = "–";

    private final StringBuilder out = new StringBuilder();

    /** Markup that this program made, as it is. */
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    /** Text for people, escaped. */
    Html text(String text) {
        out.append(escape(text));
        return this;
    }

    /**
     * An element with text in it.
     *
     * @param tag with attributes that this program made
     */
    Html element(String tag, String text) {
        int space = tag.indexOf(' ');
        String name = space < 0 ? tag : tag.substring(0, space);
        return raw("<" + tag + ">").text(text).raw("</" + name + ">");
    }

    /** A drawing with what it says. */
    Html figure(String svg, String caption) {
        return raw("<figure>" + svg).element("figcaption", caption).raw("</figure>");
    }

    /** Opens a table that {@link #endTable} closes. */
    Html table(String... columns) {
        raw("<div class=\"scroll\"><table><thead><tr>");
        for (String column : columns) {
            element("th scope=\"col\"", column);
        }
        return raw("</tr></thead><tbody>");
    }

    Html line(String first, String... cells) {
        raw("<tr>").element("th scope=\"row\"", first);
        for (String cell : cells) {
            element("td", cell);
        }
        return raw("</tr>");
    }

    Html endTable() {
        return raw("</tbody></table></div>");
    }

    static String share(@Nullable Double share) {
        return share == null ? MISSING : percent(share, 2);
    }

    static String figure(@Nullable Double value, int digits) {
        return value == null ? MISSING : number(value, digits);
    }

    /** Escaped for text and for attributes in double quotes; characters that XML cannot hold become a replacement sign. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                case '\n', '\t', '\r' -> escaped.append((char) c);
                default -> escaped.appendCodePoint(isAllowed(c) ? c : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    private static boolean isAllowed(int c) {
        boolean control = c < 0x20 || (c >= 0x7F && c < 0xA0);
        // Marks that reorder text would let a name pose as another.
        boolean reorders = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        boolean nonCharacter = (c >= 0xD800 && c <= 0xDFFF) || (c & 0xFFFE) == 0xFFFE;
        return !control && !reorders && !nonCharacter;
    }

    static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    static String percent(double share, int digits) {
        return number(100 * share, digits) + " %";
    }

    /** Points of a hundred, with a sign. */
    static String points(double share) {
        double value = 100 * share;
        String digits = number(Math.abs(value), 2);
        return (digits.equals("0.00") ? "±" : value < 0 ? "−" : "+") + digits;
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
