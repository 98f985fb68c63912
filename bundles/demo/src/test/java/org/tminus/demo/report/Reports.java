/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

import java.util.List;
import org.tminus.demo.report.DemoReport.Row;
import org.tminus.demo.report.DemoReport.Swaps;

/** Reports for tests. */
final class Reports {
    private Reports() {}

    static DemoReport sample() {
        return new DemoReport(
                "Fashion-MNIST, classified by fashion-vit 1.0.0",
                10_000,
                1,
                "2 x processor",
                2,
                List.of(
                        new Row(
                                "plain ONNX Runtime",
                                "onnxruntime",
                                0.9,
                                8e7,
                                2,
                                2.1,
                                3,
                                950,
                                12.5,
                                1,
                                null,
                                0,
                                1,
                                0,
                                ""),
                        new Row(
                                "budget",
                                "budget",
                                0.899,
                                4e7,
                                1,
                                1.25,
                                2.5,
                                1700,
                                null,
                                0.5,
                                "balanced",
                                3,
                                0.75,
                                1.1,
                                "x")),
                new Swaps(40, 6, 20_000, 1, 17, 35.5, "java.lang.Exception: broken"),
                List.of("FLOPs are counted."));
    }
}
