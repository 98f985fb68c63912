/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.inference.JournalEntry;

/**
 * The journal as lines in a file, with {@value #OLDER} older files beside it. What cannot be written is lost to the file,
 * and said once until writing works again. One thread at a time.
 */
final class JournalFile {
    /** How many full files are kept. */
    static final int OLDER = 3;

    private static final Logger LOG = LoggerFactory.getLogger(JournalFile.class);

    private final @Nullable Path file;
    private final long mostBytes;
    private boolean failing;
    /** Whether the file may end in the middle of a line: a new one must not be joined to it. */
    private boolean torn = true;

    /**
     * @param file null where the framework has no storage: nothing is kept then
     * @param mostBytes of one file, beyond which the next is begun
     */
    JournalFile(@Nullable Path file, long mostBytes) {
        this.file = file;
        this.mostBytes = mostBytes;
    }

    /** The newest entries of earlier runs, the oldest of these first. Damaged lines are skipped. */
    List<JournalEntry> read(int most) {
        if (file == null) {
            return List.of();
        }
        Deque<JournalEntry> newest = new ArrayDeque<>();
        for (int age = OLDER; age >= 0; age--) {
            Path from = aged(file, age);
            if (Files.isRegularFile(from)) {
                read(from, newest, most);
            }
        }
        return new ArrayList<>(newest);
    }

    private static void read(Path from, Deque<JournalEntry> newest, int most) {
        int[] damaged = new int[1];
        // Not strictly: a byte that is no UTF-8 damages one line, not all.
        try (Stream<String> lines = new String(Files.readAllBytes(from), StandardCharsets.UTF_8).lines()) {
            lines.forEach(line -> {
                JournalEntry entry = JournalLine.read(line);
                if (entry == null) {
                    damaged[0] += line.isBlank() ? 0 : 1;
                    return;
                }
                newest.addLast(entry);
                if (newest.size() > most) {
                    newest.removeFirst();
                }
            });
        } catch (IOException e) {
            LOG.warn("The journal in {} cannot be read", from, e);
        }
        if (damaged[0] > 0) {
            LOG.warn("{} damaged lines of the journal in {} are skipped", damaged[0], from);
        }
    }

    void append(List<? extends JournalEntry> entries) {
        if (file == null || entries.isEmpty()) {
            return;
        }
        try {
            write(file, entries);
            failing = false;
        } catch (IOException | RuntimeException e) {
            torn = true;
            if (!failing) {
                LOG.warn("The journal cannot be kept in {}; it goes on in memory", file, e);
            }
            failing = true;
        }
    }

    private void write(Path target, List<? extends JournalEntry> entries) throws IOException {
        long size = Files.exists(target) ? Files.size(target) : 0;
        if (size >= mostBytes) {
            rotate(target);
            size = 0;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (torn && size > 0) {
            bytes.write('\n');
        }
        for (JournalEntry entry : entries) {
            bytes.write((JournalLine.write(entry) + '\n').getBytes(StandardCharsets.UTF_8));
        }
        Files.write(target, bytes.toByteArray(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        torn = false;
    }

    private static void rotate(Path file) throws IOException {
        for (int age = OLDER; age > 0; age--) {
            Path younger = aged(file, age - 1);
            if (Files.exists(younger)) {
                Files.move(younger, aged(file, age), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static Path aged(Path file, int age) {
        return age == 0 ? file : file.resolveSibling(file.getFileName() + "." + age);
    }

    /** All files that there may be, the newest first. */
    List<Path> files() {
        if (file == null) {
            return List.of();
        }
        List<Path> all = new ArrayList<>();
        for (int age = 0; age <= OLDER; age++) {
            all.add(aged(file, age));
        }
        return Collections.unmodifiableList(all);
    }
}
