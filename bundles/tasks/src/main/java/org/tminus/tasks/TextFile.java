/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tminus.learning.data.TaskData;

/**
 * People's own texts: a CSV file with a first line of names ({@code .tsv}: tabs instead of commas), or JSONL ({@code .jsonl},
 * {@code .ndjson}: an object per line), in UTF-8.
 *
 * <p>A hash of the text and the seed decides the split: trunk 60 %, decision 15 %, calibration 15 %, test 10 %. Texts that
 * differ in numbers, capitals or punctuation only, and those with the same value in the group column, are in the same split.
 * What is there twice with the same label counts once.
 */
public final class TextFile {
    /**
     * Which columns to read.
     *
     * @param text the text
     * @param label the class; empty if nobody knows
     * @param group what belongs together, such as an author; empty if there is nothing of the kind
     */
    public record Columns(String text, Optional<String> label, Optional<String> group) {
        /** {@code text} and {@code label}. */
        public static final Columns DEFAULT = new Columns("text", Optional.of("label"), Optional.empty());
    }

    private record Line(int number, String text, String label, String group) {}

    private TextFile() {}

    /**
     * Reads the file.
     *
     * @param labels the names of the model's classes by number; empty to take those of the file, sorted
     * @param tokenizerJson content of the model's {@code tokenizer.json}
     * @param seed of the split
     * @throws TaskDataException if the file cannot be read or is empty, a column is missing, a label does not fit (the
     *     message names the line), a class has one example, or there is too little for four splits
     */
    public static TaskData load(
            Path file, Columns columns, List<String> labels, byte[] tokenizerJson, TextInput input, long seed)
            throws TaskDataException {
        List<Line> lines = distinct(read(file, columns));
        if (lines.isEmpty()) {
            throw new TaskDataException("There is no example in " + file + ".", "Give a file with a text per line.");
        }
        Labels numbered = columns.label().isEmpty()
                ? Labels.none(lines.size())
                : Labels.of(
                        lines.stream().map(Line::label).toList(),
                        labels,
                        i -> "in line " + lines.get(i).number());
        String[] groups = Groups.names(lines.stream()
                .map(line -> line.group().isEmpty()
                        ? List.of("text " + Texts.masked(line.text()))
                        : List.of("text " + Texts.masked(line.text()), "group " + line.group()))
                .toList());
        List<TextRow> rows = new ArrayList<>(groups.length);
        for (int i = 0; i < groups.length; i++) {
            Line line = lines.get(i);
            String id = SplitHash.hex(line.label() + "\0" + line.text()).substring(0, 32);
            rows.add(new TextRow(id, numbered.numbers()[i], groups[i], line.text()));
        }
        MessageDigest digest = SplitHash.sha256();
        rows.stream()
                .map(row -> row.id() + "\t" + row.label() + "\t" + row.group() + "\n")
                .sorted()
                .forEach(line -> digest.update(line.getBytes(StandardCharsets.UTF_8)));
        TaskData.Description description = new TaskData.Description(
                String.valueOf(file.getFileName()),
                numbered.names(),
                HexFormat.of().formatHex(digest.digest()),
                OwnData.LICENCE,
                seed,
                Map.of("texts", Integer.toString(rows.size())));
        return TextTask.of(description, Splitting.of(rows, OwnData.SHARES, seed), tokenizerJson, input);
    }

    private static List<Line> distinct(List<Line> lines) {
        Set<String> seen = new HashSet<>();
        return lines.stream()
                .filter(line -> seen.add(line.label() + "\0" + line.text()))
                .toList();
    }

    private static List<Line> read(Path file, Columns columns) throws TaskDataException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            if (Files.size(file) == 0) {
                return List.of();
            }
            return name.endsWith(".jsonl") || name.endsWith(".ndjson")
                    ? readJson(in, file, columns)
                    : readCsv(in, file, columns, name.endsWith(".tsv") ? '\t' : ',');
        } catch (JacksonException e) {
            String place = e.getLocation() == null
                    ? ""
                    : " in or before line " + e.getLocation().getLineNr();
            throw new TaskDataException(
                    "The file " + file + " is damaged" + place + ": " + e.getOriginalMessage() + ".",
                    "Correct the line; texts with commas, quotes or line ends must be in quotes in a CSV file.",
                    e);
        } catch (IOException e) {
            throw new TaskDataException(
                    "The file " + file + " cannot be read: " + e.getMessage() + ".",
                    "Give a CSV or JSONL file in UTF-8.",
                    e);
        }
    }

    private static List<Line> readCsv(InputStream in, Path file, Columns columns, char separator)
            throws IOException, TaskDataException {
        CsvSchema schema = CsvSchema.emptySchema().withHeader().withColumnSeparator(separator);
        List<Line> lines = new ArrayList<>();
        try (MappingIterator<Map<String, String>> rows = CsvMapper.builder()
                .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                .build()
                .readerForMapOf(String.class)
                .with(schema)
                .readValues(in)) {
            int number = 1;
            if (rows.hasNextValue()) {
                checkHeader((CsvSchema) rows.getParser().getSchema(), file, columns);
            }
            while (rows.hasNextValue()) {
                Map<String, String> row = rows.nextValue();
                // The place after the row; a text of several lines ends there.
                number = Math.max(number + 1, rows.getCurrentLocation().getLineNr() - 1);
                int line = number;
                lines.add(line(column -> row.get(column), line, file, columns));
            }
        }
        return lines;
    }

    private static void checkHeader(CsvSchema header, Path file, Columns columns) throws TaskDataException {
        List<String> names = new ArrayList<>();
        header.forEach(column -> names.add(column.getName()));
        List<String> missing = new ArrayList<>(List.of(columns.text()));
        columns.label().ifPresent(missing::add);
        columns.group().ifPresent(missing::add);
        missing.removeAll(names);
        if (!missing.isEmpty()) {
            throw new TaskDataException(
                    "The first line of " + file + " names no column '" + String.join("' and no column '", missing)
                            + "'; it names '" + String.join("', '", names) + "'.",
                    "Name the columns that the file has, or complete the line.");
        }
    }

    private static List<Line> readJson(InputStream in, Path file, Columns columns)
            throws IOException, TaskDataException {
        ObjectMapper mapper = new ObjectMapper();
        List<Line> lines = new ArrayList<>();
        JsonLines.read(
                in,
                mapper,
                (number, object) -> lines.add(line(
                        column -> {
                            JsonNode value = object.get(column);
                            return value == null || value.isNull() || value.isContainerNode() ? null : value.asText();
                        },
                        number,
                        file,
                        columns)));
        return lines;
    }

    private static Line line(Cells cells, int number, Path file, Columns columns) throws TaskDataException {
        return new Line(
                number,
                Texts.normalised(cell(cells, columns.text(), number, file)),
                columns.label().isEmpty()
                        ? ""
                        : cell(cells, columns.label().get(), number, file).strip(),
                columns.group().isEmpty()
                        ? ""
                        : cell(cells, columns.group().get(), number, file).strip());
    }

    private static String cell(Cells cells, String column, int number, Path file) throws TaskDataException {
        String value = cells.get(column);
        if (value == null) {
            throw new TaskDataException(
                    "Line " + number + " of " + file + " has no '" + column + "'.",
                    "Name the columns that the file has, or complete the line.");
        }
        return value;
    }

    private interface Cells {
        @org.jspecify.annotations.Nullable
        String get(String column);
    }
}
