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
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.tminus.evaluation.bench.BenchResult;
import org.tminus.evaluation.bench.BenchResult.OfModel;
import org.tminus.evaluation.bench.BenchResult.OfPath;
import org.tminus.evaluation.bench.BenchResult.Row;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

class BenchPageTest {
    private static final String HOSTILE = "</code><script>alert('x')</script>\"&\u0000";

    private static Row row(int batch, int clients, String engine, double ratio) {
        return new Row(
                "a model",
                batch,
                clients,
                engine,
                1.5 * ratio,
                2 * ratio,
                640 / ratio,
                batch == 1 && clients == 1 ? 100 * ratio : null,
                ratio,
                List.of(0.9 * ratio, 1.1 * ratio),
                List.of(0.95 * ratio, 1.05 * ratio),
                HOSTILE);
    }

    private static BenchResult result() {
        List<Row> rows = new ArrayList<>();
        for (int[] size : new int[][] {{1, 1}, {8, 1}, {64, 1}, {1, 32}}) {
            rows.add(row(size[0], size[1], BenchResult.ONNX_RUNTIME, 1));
            rows.add(row(size[0], size[1], "libtorch", 3.125));
            rows.add(row(size[0], size[1], BenchResult.FULL, 1.0625));
            rows.add(row(size[0], size[1], BenchResult.ADAPTIVE, 0.5625));
        }
        OfModel once = new OfModel(
                "a model",
                List.of(new OfPath("half of it", 0.5, 0.54, 0.92), new OfPath("nearly all", 0.97, 0.98, null)),
                0.92,
                12.34,
                0.0123,
                Map.of(BenchResult.ONNX_RUNTIME, 400.0, BenchResult.FULL, 812.3));
        return new BenchResult(
                "./tminus bench " + HOSTILE,
                "2026-01-01",
                "a machine",
                Map.of("java", "17"),
                rows,
                List.of(once),
                List.of("There are no rows of djl: " + HOSTILE));
    }

    private static Document parse(String page) throws Exception {
        String xml = page.replaceFirst("<!DOCTYPE html>", "");
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void thePageTellsEveryFigureAndWhatIsMissing() throws Exception {
        Document page = parse(BenchPage.of(result()));
        String text = page.getDocumentElement().getTextContent();

        assertThat(text)
                .contains(
                        "a machine", "2026-01-01", "tminus-full", "libtorch", "3.125", "0.506 – 0.619", "0.534 – 0.591")
                .contains("0.92", "12.3 µs", "1.23 %", "812.3", "half of it", "54.0 %")
                .contains("There are no rows of djl", HOSTILE.replace('\u0000', '\uFFFD'));
        NodeList rows = page.getElementsByTagName("tr");
        // 16 rows and 2 paths, each table with its head.
        assertThat(rows.getLength()).isEqualTo(16 + 1 + 2 + 1);
        NodeList drawings = page.getElementsByTagName("svg");
        assertThat(IntStream.range(0, drawings.getLength())
                        .mapToObj(drawings::item)
                        .filter(each -> each.getAttributes().getNamedItem("aria-label") != null))
                .hasSize(6);
        assertThat(page.getElementsByTagName("script").getLength()).isZero();
    }

    @Test
    void axesNameWhatWasMeasured() {
        assertThat(BenchPage.of(result()))
                .contains(">64</text>", ">32</text>", ">8</text>")
                .doesNotContain("stands at the edge");
    }

    @Test
    void whatIsFarSlowerDoesNotHideTheRest() {
        BenchResult slow = new BenchResult(
                "",
                "2026-01-01",
                "a machine",
                Map.of(),
                List.of(row(1, 1, BenchResult.ONNX_RUNTIME, 1), row(1, 1, "libtorch", 30)),
                List.of(),
                List.of());

        assertThat(BenchPage.of(slow)).contains("what is above 4 stands at the edge");
    }

    @Test
    void aPageOfNothingIsAPage() throws Exception {
        BenchResult nothing = new BenchResult("", "2026-01-01", "a machine", Map.of(), List.of(), List.of(), List.of());

        assertThat(parse(BenchPage.of(nothing)).getElementsByTagName("h1").getLength())
                .isEqualTo(1);
    }
}
