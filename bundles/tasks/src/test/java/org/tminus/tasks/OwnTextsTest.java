/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.SplitAccessException;
import org.tminus.learning.data.TaskData;

class OwnTextsTest {
    @TempDir
    Path folder;

    private static List<String> csvRows() {
        Random random = new Random(2);
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            for (int letter = 0; letter < 10; letter++) {
                text.append((char) ('a' + random.nextInt(26)));
            }
            rows.add("\"" + text + ", and\nmore\"," + (i % 2 == 0 ? "yes" : "no") + ",author" + i / 5);
        }
        for (int i = 0; i < 20; i++) {
            rows.add("Release " + i + ".0 is out!,yes,other" + i);
        }
        return rows;
    }

    private Path csv(List<String> rows) throws Exception {
        return Files.writeString(folder.resolve("own.csv"), "\uFEFFtext,label,who\n" + String.join("\n", rows) + "\n");
    }

    private static final TextFile.Columns COLUMNS =
            new TextFile.Columns("text", Optional.of("label"), Optional.of("who"));

    private static TaskData load(Path file, TextFile.Columns columns, String... labels) throws TaskDataException {
        return TextFile.load(file, columns, List.of(labels), SmallTokenizer.json(), TextInput.BERT, 5);
    }

    @Test
    void groupsAndNearCopiesStayTogetherAndNothingIsInTwoSplits() throws Exception {
        TaskData data = load(csv(csvRows()), COLUMNS);
        assertThat(data.description().labels()).containsExactly("no", "yes");
        Set<String> ids = new HashSet<>();
        Set<Split> releases = new HashSet<>();
        int total = 0;
        for (Split split : Split.values()) {
            TextExamples examples = (TextExamples) Samples.open(data, split);
            total += examples.size();
            for (int row = 0; row < examples.size(); row++) {
                assertThat(ids.add(examples.id(row))).isTrue();
                if (examples.text(row).startsWith("Release")) {
                    releases.add(split);
                }
            }
        }
        assertThat(total).isEqualTo(320);
        assertThat(releases).hasSize(1);
        assertThatExceptionOfType(SplitAccessException.class)
                .isThrownBy(() -> data.accessFor(Purpose.TRAINING).open(Split.TEST));
    }

    @Test
    void whatOneAuthorWroteIsInOneSplit() throws Exception {
        Map<String, String> authorOf = new HashMap<>();
        for (String row : csvRows()) {
            authorOf.put(
                    Texts.normalised(row.substring(0, row.lastIndexOf(',', row.lastIndexOf(',') - 1))
                            .replace("\"", "")),
                    row.substring(row.lastIndexOf(',') + 1));
        }
        Map<String, Split> splitOf = new HashMap<>();
        Map<String, String> groupOf = new HashMap<>();
        TaskData data = load(csv(csvRows()), COLUMNS);
        for (Split split : Split.values()) {
            TextExamples examples = (TextExamples) Samples.open(data, split);
            for (int row = 0; row < examples.size(); row++) {
                String author = authorOf.get(examples.text(row));
                assertThat(author).isNotNull();
                Split before = splitOf.put(author, split);
                assertThat(before == null || before == split).isTrue();
                String group = groupOf.put(author, examples.group(row));
                assertThat(group == null || group.equals(examples.group(row))).isTrue();
            }
        }
        assertThat(splitOf.values()).contains(Split.values());
    }

    @Test
    void thatAllAreNearCopiesIsSaid() throws Exception {
        List<String> copies = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            copies.add("release " + i + "," + (i % 2 == 0 ? "yes" : "no") + ",author" + i);
        }
        TextFile.Columns columns = new TextFile.Columns("text", Optional.of("label"), Optional.empty());
        Path file = csv(copies);
        assertThatThrownBy(() -> load(file, columns))
                .isInstanceOf(TaskDataException.class)
                .hasMessageContainingAll("400 examples", "1 group of near-copies");
    }

    @Test
    void neitherOrderNorFormatMatters() throws Exception {
        TaskData first = load(csv(csvRows()), COLUMNS);
        List<String> shuffled = csvRows();
        Collections.shuffle(shuffled, new Random(1));
        shuffled.add(shuffled.get(0));
        TaskData second = load(csv(shuffled), COLUMNS);
        StringBuilder json = new StringBuilder();
        for (String row : shuffled) {
            String[] ends = row.substring(row.startsWith("\"") ? row.lastIndexOf('"') + 2 : row.indexOf(',') + 1)
                    .split(",");
            String text =
                    row.startsWith("\"") ? row.substring(1, row.lastIndexOf('"')) : row.substring(0, row.indexOf(','));
            json.append("{\"text\":\"")
                    .append(text.replace("\n", "\\n"))
                    .append("\",\"label\":\"")
                    .append(ends[0]);
            json.append("\",\"who\":\"").append(ends[1]).append("\"}\n\n");
        }
        TaskData third = load(Files.writeString(folder.resolve("own.jsonl"), json), COLUMNS);
        for (TaskData other : List.of(second, third)) {
            assertThat(other.description().sha256())
                    .isEqualTo(first.description().sha256());
            for (Split split : Split.values()) {
                assertThat(Samples.ids(other, split)).isEqualTo(Samples.ids(first, split));
            }
        }
    }

    @Test
    void labelsMayBeLeftOutOrBeNumbersOfGivenNames() throws Exception {
        TextFile.Columns without = new TextFile.Columns("text", Optional.empty(), Optional.empty());
        TaskData unlabelled = load(csv(csvRows()), without);
        assertThat(unlabelled.description().labels()).isEmpty();
        assertThat(Samples.open(unlabelled, Split.TRUNK).label(0)).isEqualTo(-1);
        List<String> numbered = csvRows().stream()
                .map(row -> row.replace(",yes,", ",2,").replace(",no,", ",0,"))
                .toList();
        assertThat(load(csv(numbered), COLUMNS).description().labels()).containsExactly("0", "1", "2");
        assertThat(load(csv(numbered), COLUMNS, "bad", "fair", "good")
                        .description()
                        .labels())
                .containsExactly("bad", "fair", "good");
    }

    @Test
    void whatDoesNotFitIsNamedWithItsLine() throws Exception {
        List<String> wrong = new ArrayList<>(csvRows().subList(300, 320));
        wrong.add("something,maybe,x");
        refused(() -> load(csv(wrong), COLUMNS, "yes", "no"), "'maybe'", "line 22");
        refused(() -> load(csv(wrong), COLUMNS), "'maybe'", "one example", "line 22");
        refused(() -> load(csv(csvRows().subList(300, 320)), COLUMNS), "one class", "yes");
        wrong.set(3, "no label here,,x");
        refused(() -> load(csv(wrong), COLUMNS), "no label", "line 5");
        wrong.set(3, "too few");
        refused(() -> load(csv(wrong), COLUMNS), "Line 5", "'label'");
        refused(() -> load(csv(csvRows()), new TextFile.Columns("body", Optional.empty(), Optional.empty())), "'body'");
        refused(() -> load(csv(List.of()), COLUMNS), "no example");
        refused(() -> load(Files.createFile(folder.resolve("empty.csv")), COLUMNS), "no example");
        refused(() -> load(folder.resolve("missing.csv"), COLUMNS), "missing.csv");
        refused(() -> load(csv(List.of("a b,yes,1", "c d,yes,1", "e f,no,2", "g h,no,2")), COLUMNS), "split");
        refused(
                () -> load(
                        Files.writeString(folder.resolve("x.jsonl"), "{\"text\":\"a\",\"label\":\"b\"}\n{oops\n"),
                        TextFile.Columns.DEFAULT),
                "Line 2",
                "JSON");
        refused(() -> load(Files.writeString(folder.resolve("y.jsonl"), "[1]\n"), TextFile.Columns.DEFAULT), "Line 1");
        refused(
                () -> load(
                        Files.write(
                                folder.resolve("z.jsonl"),
                                "{\"text\":\"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1)),
                        TextFile.Columns.DEFAULT),
                "Line 1",
                "UTF-8");
        refused(
                () -> load(csv(csvRows()), new TextFile.Columns("text", Optional.of("kind"), Optional.of("by"))),
                "'kind'",
                "'by'",
                "'label'");
    }

    private interface Loading {
        TaskData run() throws Exception;
    }

    private static void refused(Loading loading, String... parts) {
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(loading::run)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts))
                .satisfies(e -> assertThat(e.advice()).isNotEmpty());
    }

    /** Whatever bytes stand in a file, the answer is a task or a sentence. */
    @Property(tries = 300)
    void hostileFilesEndInASentence(
            @ForAll @Size(max = 300) List<@ByteRange(min = Byte.MIN_VALUE) Byte> noise, @ForAll boolean json)
            throws Exception {
        byte[] bytes = new byte[noise.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = noise.get(i);
        }
        Path file = Files.createTempFile("hostile", json ? ".jsonl" : ".csv");
        try {
            byte[] start = (json ? "{\"text\":\"a\",\"label\":" : "text,label\na,b\n").getBytes(StandardCharsets.UTF_8);
            byte[] all = java.util.Arrays.copyOf(start, start.length + bytes.length);
            System.arraycopy(bytes, 0, all, start.length, bytes.length);
            Files.write(file, all);
            refused(() -> load(file, TextFile.Columns.DEFAULT), "");
        } finally {
            Files.delete(file);
        }
    }
}
