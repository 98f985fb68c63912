/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTableTest {

    @Test
    void columnsAreAligned() {
        List<String> lines = ReportTable.render(Reports.sample()).lines().toList();

        int header = indexOf(lines, "accuracy");
        List<String> table = lines.subList(header, header + 4);
        assertThat(table.get(1)).matches("-+");
        assertThat(table).allSatisfy(line -> assertThat(line).hasSameSizeAs(table.get(0)));
        assertThat(table.get(2)).contains("plain ONNX Runtime", "90.00 %", "80.00", "100.0 %", "2.100", "950", "12.5");
        assertThat(table.get(3)).contains("89.90 %", "50.0 %", "1.250").endsWith(" -");
    }

    @Test
    void swapsFailuresAndNotesAreTold() {
        assertThat(ReportTable.render(Reports.sample()))
                .contains("While 20000 requests ran")
                .contains("40 times by configuration")
                .contains("6 times")
                .contains("1 failed requests, 17 answered by a fall-back")
                .contains("The first failure: java.lang.Exception: broken")
                .contains("- FLOPs are counted.");
    }

    private static int indexOf(List<String> lines, String text) {
        for (int index = 0; index < lines.size(); index++) {
            if (lines.get(index).contains(text)) {
                return index;
            }
        }
        throw new AssertionError("No line with " + text + " in " + lines);
    }
}
