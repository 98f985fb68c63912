/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tminus.inference.Journal;
import org.tminus.inference.JournalEntry;

class JournalReportTest {
    private final List<String> asked = new ArrayList<>();

    private record Entry(Instant at, String kind, String subject, String text, Map<String, String> details)
            implements JournalEntry {}

    private final Journal journal = (count, kind, subject) -> {
        asked.add(count + " " + kind + " " + subject);
        return "nobody".equals(subject)
                ? List.of()
                : List.of(new Entry(
                        Instant.parse("2026-03-01T10:20:30.5Z"),
                        "QUARANTINED",
                        "budget",
                        "It failed.",
                        Map.of("pluginKind", "policy")));
    };

    @Test
    void entriesForPeopleAndPrograms() throws Exception {
        Report report = JournalReport.of(journal, 5, "plugin-came", "budget", ZoneOffset.ofHours(2));
        assertThat(asked).containsExactly("5 PLUGIN_CAME budget");
        assertThat(report.tables().get(0).rows())
                .containsExactly(List.of("2026-03-01 12:20:30", "QUARANTINED", "budget", "It failed."));
        assertThat(report.json().get("entries"))
                .asString()
                .contains("at=2026-03-01T10:20:30.500Z", "details={pluginKind=policy}");
    }

    @Test
    void nothingIsSaidSo() throws Exception {
        assertThat(JournalReport.of(journal, 5, null, "nobody", ZoneOffset.UTC).lines())
                .singleElement()
                .asString()
                .contains("no such entry");
        assertThatThrownBy(() -> JournalReport.of(journal, 0, null, null, ZoneOffset.UTC))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("--count");
    }
}
