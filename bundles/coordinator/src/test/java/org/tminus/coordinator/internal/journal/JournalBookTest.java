/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.inference.JournalEntry;

/** What happened is kept in memory and in a file, whatever becomes of the file and however much happens at once. */
class JournalBookTest {
    @TempDir
    private Path folder;

    private JournalBook open() {
        return new JournalBook(folder.resolve("journal.jsonl")).start();
    }

    private static void note(JournalBook book, String subject) {
        book.note(JournalEntry.PLUGIN_CAME, subject, "It came.", Map.of("pluginKind", "policy"));
    }

    private static List<String> subjects(List<JournalEntry> entries) {
        return entries.stream().map(JournalEntry::subject).toList();
    }

    @Test
    void theNewestEntriesByKindAndSubject() {
        JournalBook book = open();
        note(book, "one");
        book.note(JournalEntry.PLUGIN_LEFT, "one", "It left.", Map.of());
        note(book, "two");
        note(book, "one");
        book.close();
        assertThat(subjects(book.latest(3))).containsExactly("one", "two", "one");
        assertThat(book.latest(9, JournalEntry.PLUGIN_LEFT, null))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.text()).isEqualTo("It left.");
                    assertThat(entry.at()).isBetween(Instant.EPOCH, Instant.now());
                });
        assertThat(book.latest(2, JournalEntry.PLUGIN_CAME, "one")).hasSize(2);
        assertThat(book.latest(9, "UNKNOWN", null)).isEmpty();
        assertThat(book.latest(0)).isEmpty();
    }

    @Test
    void entriesOutliveARestartAndDamagedLinesAreSkipped() throws Exception {
        try (JournalBook book = open()) {
            book.note("ODD_KIND", "q\"uo\\te", "Line\nbreak, \u0007 and \ud83d\ude00", Map.of("a b", "c\td"));
        }
        Path file = folder.resolve("journal.jsonl");
        Files.writeString(
                file,
                "{\"at\":\"yesterday\",\"kind\":\"A\",\"subject\":\"s\",\"text\":\"t\",\"details\":{}}\n\nnonsense\n{\"at\":",
                StandardOpenOption.APPEND);
        try (JournalBook book = open()) {
            note(book, "after");
        }
        JournalBook again = open();
        again.close();
        assertThat(subjects(again.latest(9))).containsExactly("q\"uo\\te", "after");
        JournalEntry odd = again.latest(9).get(0);
        assertThat(odd.kind()).isEqualTo("ODD_KIND");
        assertThat(odd.text()).isEqualTo("Line\nbreak, \u0007 and \ud83d\ude00");
        assertThat(odd.details()).containsExactly(Map.entry("a b", "c\td"));
    }

    @Test
    void filesRotateBySizeAndTheOldestGo() throws Exception {
        JournalFile file = new JournalFile(folder.resolve("small"), 300);
        for (int number = 0; number < 40; number++) {
            file.append(List.of(new Entry(Instant.EPOCH, "KIND", Integer.toString(number), "text", Map.of())));
        }
        assertThat(file.files()).hasSize(JournalFile.OLDER + 1).allMatch(Files::exists);
        try (var all = Files.list(folder)) {
            assertThat(all).hasSize(JournalFile.OLDER + 1);
        }
        List<JournalEntry> read = new JournalFile(folder.resolve("small"), 300).read(1000);
        assertThat(read).hasSizeBetween(5, 39);
        assertThat(read.get(read.size() - 1).subject()).isEqualTo("39");
        assertThat(new JournalFile(folder.resolve("small"), 300).read(2)).hasSize(2);
    }

    @Test
    void anUnwritableFileIsNoObstacle() throws Exception {
        Path file = folder.resolve("journal.jsonl");
        Files.createDirectory(file);
        JournalBook book = open();
        note(book, "one");
        note(book, "two");
        book.close();
        assertThat(subjects(book.latest(9))).containsExactly("one", "two");
        // It may be writable again later.
        JournalFile journal = new JournalFile(file, 1000);
        journal.append(List.of(new Entry(Instant.EPOCH, "KIND", "lost", "text", Map.of())));
        Files.delete(file);
        journal.append(List.of(new Entry(Instant.EPOCH, "KIND", "kept", "text", Map.of())));
        assertThat(subjects(journal.read(9))).containsExactly("kept");
    }

    @Test
    void whatTheQueueDoesNotHoldIsCountedAndSaid() throws Exception {
        CountDownLatch listening = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        JournalBook book = new JournalBook(new JournalFile(null, 1), Clock.systemUTC(), System::nanoTime, 4);
        book.listen(entry -> {
            listening.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        book.start();
        note(book, "first");
        assertThat(listening.await(30, TimeUnit.SECONDS)).isTrue();
        for (int number = 0; number < 10; number++) {
            note(book, "storm");
        }
        assertThat(book.lost()).isEqualTo(6);
        gate.countDown();
        book.close();
        assertThat(book.latest(99, JournalEntry.ENTRIES_LOST, null))
                .singleElement()
                .satisfies(entry -> assertThat(entry.details()).containsEntry("times", "6"));
        assertThat(book.latest(99, null, "storm")).hasSize(4);
    }

    @Test
    void aListenerThatFailsStopsNothing() {
        List<JournalEntry> heard = Collections.synchronizedList(new ArrayList<>());
        JournalBook book = new JournalBook(null);
        book.listen(entry -> {
            heard.add(entry);
            throw new IllegalStateException("for a test");
        });
        book.start();
        note(book, "one");
        note(book, "two");
        book.close();
        note(book, "too late");
        assertThat(heard).hasSize(2);
        assertThat(book.latest(9)).hasSize(2);
    }

    @Test
    void aStormOfFallbacksIsOneEntryPerPluginAndSecondAndThenFewer() {
        FallbackTally tally = new FallbackTally();
        long second = TimeUnit.SECONDS.toNanos(1);
        // Near the end of its range: nanoTime may overflow.
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - second / 2);
        int entries = 0;
        for (int tick = 0; tick < 70; tick++) {
            for (int request = 0; request < 100; request++) {
                tally.add("policy", "broken", "It failed.", now.get());
            }
            now.addAndGet(second);
            List<FallbackTally.Count> due = tally.due(now.get());
            entries += due.size();
            if (tick == 0) {
                assertThat(due).containsExactly(new FallbackTally.Count("policy", "broken", 100, "It failed."));
            }
        }
        // After 1, 2, 4, 8, 16 and 32 seconds more.
        assertThat(entries).isEqualTo(6);
        tally.add("backend", "cpu", "It failed.", now.get());
        assertThat(tally.due(now.get())).isEmpty();
        assertThat(tally.all(now.get())).hasSize(2);
        assertThat(tally.all(now.get())).isEmpty();
        // The storm is over, so the next one is told of soon.
        tally.add("policy", "broken", "Again.", now.get());
        assertThat(tally.due(now.get() + second)).hasSize(1);
    }

    @Test
    void fallbacksAreJoinedInTheJournal() {
        JournalBook book = new JournalBook(null).start();
        for (int request = 0; request < 7; request++) {
            book.fellBack("policy", "broken", "It failed.");
        }
        book.close();
        assertThat(book.latest(9).stream()
                        .mapToLong(entry -> Long.parseLong(entry.details().get("times")))
                        .sum())
                .isEqualTo(7);
        assertThat(book.latest(9)).allMatch(entry -> entry.kind().equals(JournalEntry.FELL_BACK));
    }
}
