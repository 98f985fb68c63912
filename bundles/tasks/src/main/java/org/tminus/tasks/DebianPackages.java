/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The package index of a Debian system: what each package is, in one line, and which section it is in. Immutable. */
public final class DebianPackages {
    private static final Path APT_LISTS = Path.of("/var/lib/apt/lists");
    private static final String GET_DATA =
            "Run `apt-get update` on a Debian machine and try again, or give the output of"
                    + " `apt-cache dumpavail` or a Packages file of a Debian mirror with --data FILE.";
    private static final String UNKNOWN = "unknown";
    private static final int MAX_LINE = 1 << 20;

    /** A package as far as the tasks need it. */
    record Entry(String name, String source, String section, String description) {}

    private final List<Entry> entries;
    private final Map<String, String> facts;

    private DebianPackages(List<Entry> entries, Map<String, String> facts, String where) throws TaskDataException {
        if (entries.isEmpty()) {
            throw new TaskDataException(
                    "There is no package with a description and a section in " + where + ".", GET_DATA);
        }
        this.entries = List.copyOf(entries);
        this.facts = Map.copyOf(facts);
    }

    /**
     * What {@code apt-cache dumpavail} says on this machine.
     *
     * @throws TaskDataException if there is no apt, or its index is empty
     */
    public static DebianPackages fromApt() throws TaskDataException {
        return fromCommand(List.of("apt-cache", "dumpavail"), APT_LISTS);
    }

    static DebianPackages fromCommand(List<String> command, Path lists) throws TaskDataException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LC_ALL", "C.UTF-8");
        String text = String.join(" ", command);
        List<Entry> entries = new ArrayList<>();
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            try (InputStream out = process.getInputStream()) {
                read(out, entries);
            } catch (IOException e) {
                process.destroyForcibly();
                throw e;
            }
            int status = process.waitFor();
            if (status != 0) {
                throw new TaskDataException("`" + text + "` ended with status " + status + ".", GET_DATA);
            }
        } catch (IOException e) {
            throw new TaskDataException("`" + text + "` cannot be run here: " + e.getMessage() + ".", GET_DATA, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TaskDataException("Waiting for `" + text + "` was interrupted.", "Try again.", e);
        }
        return new DebianPackages(entries, releaseFacts(lists), "the output of `" + text + "`");
    }

    /**
     * A file with the output of {@code apt-cache dumpavail} or a {@code Packages} file, gzipped or not; or a folder with
     * files whose names end in {@code Packages} or {@code Packages.gz}, and perhaps {@code InRelease} or {@code Release}.
     *
     * @throws TaskDataException if there is nothing to read
     */
    public static DebianPackages fromPath(Path path) throws TaskDataException {
        List<Entry> entries = new ArrayList<>();
        try {
            if (!Files.isDirectory(path)) {
                readFile(path, entries);
                Path folder = path.toAbsolutePath().getParent();
                return new DebianPackages(
                        entries, folder == null ? unknownFacts() : releaseFacts(folder), path.toString());
            }
            List<Path> files = list(path, "Packages", "Packages.gz");
            if (files.isEmpty()) {
                String packed = list(path, "Packages.xz", "Packages.lz4", "Packages.bz2")
                                .isEmpty()
                        ? ""
                        : " The ones there are compressed in a way that is not read here: unpack them first.";
                throw new TaskDataException(
                        "The folder " + path + " has no file that ends in Packages or Packages.gz." + packed, GET_DATA);
            }
            for (Path file : files) {
                readFile(file, entries);
            }
        } catch (IOException e) {
            throw new TaskDataException("Cannot read " + path + ": " + e + ".", GET_DATA, e);
        }
        return new DebianPackages(entries, releaseFacts(path), path.toString());
    }

    private static List<Path> list(Path folder, String... endings) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> Stream.of(endings)
                            .anyMatch(ending -> file.getFileName().toString().endsWith(ending)))
                    .sorted()
                    .toList();
        }
    }

    private static void readFile(Path file, List<Entry> entries) throws IOException {
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            raw.mark(2);
            boolean zipped = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            read(zipped ? new GZIPInputStream(raw, 1 << 16) : raw, entries);
        }
    }

    /** Paragraphs of fields, as all control files of Debian have them; only the first line of a field is of use here. */
    private static void read(InputStream in, List<Entry> entries) throws IOException {
        // What is no UTF-8 becomes replacement characters: one strange package must not spoil the rest.
        BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 1 << 16);
        Map<String, String> fields = new HashMap<>();
        StringBuilder line = new StringBuilder();
        boolean more = true;
        while (more) {
            more = readLine(reader, line);
            if (line.isEmpty() || line.chars().allMatch(Character::isWhitespace)) {
                add(fields, entries);
                fields.clear();
            } else if (!Character.isWhitespace(line.charAt(0))) {
                int colon = line.indexOf(":");
                if (colon > 0 && colon <= 40) {
                    fields.putIfAbsent(
                            line.substring(0, colon).toLowerCase(Locale.ROOT),
                            line.substring(colon + 1).strip());
                }
            }
        }
        add(fields, entries);
    }

    /** Reads a line, keeping no more of it than a field may have. @return false at the end */
    private static boolean readLine(BufferedReader reader, StringBuilder line) throws IOException {
        line.setLength(0);
        for (int c = reader.read(); c >= 0; c = reader.read()) {
            if (c == '\n') {
                return true;
            }
            if (line.length() < MAX_LINE) {
                line.append((char) c);
            }
        }
        return false;
    }

    private static void add(Map<String, String> fields, List<Entry> entries) {
        String name = fields.getOrDefault("package", "");
        String section = fields.getOrDefault("section", "");
        // Archives say Description, some lists of translations Description-en.
        String description =
                Texts.normalised(fields.getOrDefault("description", fields.getOrDefault("description-en", "")));
        if (!name.isEmpty() && !section.isEmpty() && !description.isEmpty()) {
            // The source may be followed by a version in brackets.
            String source = fields.getOrDefault("source", name).split(" ", 2)[0];
            entries.add(new Entry(name, source, section, description));
        }
    }

    private static Map<String, String> unknownFacts() {
        return Map.of("release", UNKNOWN, "index date", UNKNOWN);
    }

    /** What the signed release files beside the index say: the release itself, and the newest date. */
    private static Map<String, String> releaseFacts(Path folder) {
        List<Map<String, String>> releases = new ArrayList<>();
        try {
            for (Path file : list(folder, "Release")) {
                releases.add(header(file));
            }
        } catch (IOException | UncheckedIOException e) {
            return unknownFacts();
        }
        String release = releases.stream()
                .filter(fields -> fields.containsKey("Codename"))
                // Updates and security come as bookworm-updates and the like.
                .min(Comparator.comparingInt(
                        fields -> fields.getOrDefault("Codename", "").length()))
                .map(fields -> fields.getOrDefault("Label", "") + " " + fields.getOrDefault("Version", "") + " ("
                        + fields.getOrDefault("Codename", "") + ")")
                .map(text -> Texts.normalised(text))
                .orElse(UNKNOWN);
        String date = releases.stream()
                .flatMap(fields -> date(fields.getOrDefault("Date", "")).stream())
                .max(Comparator.comparing(ZonedDateTime::toInstant))
                .map(newest -> newest.toInstant().toString())
                .orElse(UNKNOWN);
        return Map.of("release", release, "index date", date);
    }

    private static Map<String, String> header(Path file) throws IOException {
        Map<String, String> fields = new HashMap<>();
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            lines.limit(40).forEach(line -> {
                int colon = line.indexOf(": ");
                if (colon > 0) {
                    fields.putIfAbsent(line.substring(0, colon), line.substring(colon + 2));
                }
            });
        }
        return fields;
    }

    private static Optional<ZonedDateTime> date(String text) {
        try {
            return Optional.of(ZonedDateTime.parse(text.replace("UTC", "GMT"), DateTimeFormatter.RFC_1123_DATE_TIME));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    List<Entry> entries() {
        return entries;
    }

    /** The number of packages with description and section. */
    public int size() {
        return entries.size();
    }

    /** {@code release} and {@code index date}; {@code unknown} where no release file lies beside the index. */
    public Map<String, String> facts() {
        return facts;
    }
}
