/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.report;

/** What all pages begin and end with: one style, light and dark, and nothing from elsewhere. */
final class PageFrame {
    private static final String STYLE =
            """
            :root{color-scheme:light dark;--bg:#fff;--fg:#1c1e21;--soft:#5c6370;--line:#d8dbe0;--card:#f5f6f8;
            --c0:#1f5fbf;--c1:#b5520e;--c2:#2b7a3d;--c3:#8a3fa0;--c4:#b3261e;--c5:#0e7a86;--c6:#7a6a00;--c7:#5c6370}
            @media (prefers-color-scheme:dark){:root{--bg:#14161a;--fg:#e7e9ec;--soft:#a3abb8;--line:#3a3f48;--card:#1d2026;
            --c0:#7fb0ff;--c1:#ffab70;--c2:#7fd391;--c3:#d7a2ea;--c4:#ff9a92;--c5:#6fd3de;--c6:#e0cf62;--c7:#a3abb8}}
            *{box-sizing:border-box}
            body{margin:0 auto;padding:1rem;max-width:62rem;background:var(--bg);color:var(--fg);
            font:1rem/1.5 system-ui,sans-serif}
            h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.25rem;margin-top:2.2rem}h3{font-size:1.05rem}
            p.soft,figcaption,footer,.legend{color:var(--soft)}figcaption{margin:.3rem 0}
            .cards{display:grid;gap:.8rem;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr))}
            .card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.8rem}
            .card b{display:block;font-size:1.7rem;line-height:1.2}
            figure{margin:1rem 0}svg{width:100%;height:auto}svg text{fill:currentColor;font:14px system-ui,sans-serif}
            figure>svg{max-width:50rem;display:block}@media (max-width:40rem){figure>svg text{font-size:21px}}
            .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}
            caption{text-align:left;color:var(--soft);padding:.3rem 0}
            th,td{border-bottom:1px solid var(--line);padding:.3rem .5rem;text-align:right;white-space:nowrap}
            th:first-child,td:first-child{text-align:left;white-space:normal;min-width:15rem}
            th[scope=row]{font-weight:400}@media (max-width:40rem){th:first-child,td:first-child{min-width:9rem}}
            .matrix thead th{white-space:normal;min-width:6.5rem;vertical-align:bottom}td.words{white-space:normal;text-align:left;min-width:12rem}
            .grid{stroke:var(--line)}.axis{stroke:currentColor}.line{fill:none;stroke-width:2.2}.dashed{stroke-dasharray:6 4}
            .bar{stroke-width:1.4}.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1rem}
            .legend svg{width:26px;height:14px;vertical-align:middle}details{margin:.4rem 0}summary{cursor:pointer}
            .examples{display:grid;gap:.7rem;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr))}
            .examples figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem}
            .examples img{width:84px;height:auto;image-rendering:pixelated;background:#000}
            .examples p{margin:0;overflow-wrap:anywhere}.wrong{color:var(--c4)}footer{margin-top:2.5rem;font-size:.9rem;
            border-top:1px solid var(--line);overflow-wrap:anywhere}
            """;

    private PageFrame() {}

    /** Up to the headline, which is the title. */
    static void open(Html out, String title) {
        out.raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
                        + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>"
                        + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:;"
                        + " style-src 'unsafe-inline'\"/>")
                .element("title", title);
        out.raw("<style>");
        for (int colour = 0; colour < 8; colour++) {
            String name = "var(--c" + colour + ")";
            out.raw(".c" + colour + " .line,.c" + colour + " .bar{stroke:" + name + "}.c" + colour + " .dot,.c" + colour
                    + " .fill{fill:" + name + "}");
        }
        out.raw(STYLE + "</style></head><body><main>").element("h1", title);
    }

    static void close(Html out) {
        out.raw("</body></html>\n");
    }
}
