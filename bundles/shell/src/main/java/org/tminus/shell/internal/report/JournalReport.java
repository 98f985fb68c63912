/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.tminus.inference.Journal;
import org.tminus.inference.JournalEntry;

/** What happened on the platform. */
public final class JournalReport {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private JournalReport() {}

    /**
     * @param count how many entries at most
     * @param kind in any spelling of case, with hyphens or underscores; null for all
     * @param subject null for all
     * @param zone for people; programs get UTC
     * @throws CommandFailure if the count is not positive
     */
    public static Report of(Journal journal, long count, @Nullable String kind, @Nullable String subject, ZoneId zone)
            throws CommandFailure {
        if (count < 1) {
            throw new CommandFailure("The option --count is " + count + ".", "Give a whole number from 1 on.");
        }
        List<JournalEntry> entries = journal.latest(
                (int) Math.min(count, Integer.MAX_VALUE),
                kind == null ? null : kind.toUpperCase(Locale.ROOT).replace('-', '_'),
                subject);
        Report report = new Report();
        if (entries.isEmpty()) {
            report.line(
                    kind == null && subject == null
                            ? "Nothing has happened yet."
                            : "There is no such entry. Without --kind and --subject all are shown.");
        }
        Table table = new Table().text("Time", "Kind", "Subject", "What happened");
        List<Map<String, Object>> json = new ArrayList<>();
        for (JournalEntry entry : entries) {
            table.row(TIME.format(entry.at().atZone(zone)), entry.kind(), entry.subject(), entry.text());
            json.add(json(entry));
        }
        return report.table(table).json("entries", json);
    }

    private static Map<String, Object> json(JournalEntry entry) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", entry.at().toString());
        json.put("kind", entry.kind());
        json.put("subject", entry.subject());
        json.put("text", entry.text());
        json.put("details", new TreeMap<>(entry.details()));
        return json;
    }
}
