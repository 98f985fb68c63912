/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.learning.data.Examples;
import org.tminus.learning.data.Purpose;
import org.tminus.learning.data.Split;
import org.tminus.learning.data.SplitAccessException;
import org.tminus.learning.data.TaskData;

class PackageSectionsTest {
    @TempDir
    Path folder;

    /** Sources of one to three packages in three sections, some of them described alike. */
    private static List<String> paragraphs() {
        Random random = new Random(1);
        List<String> paragraphs = new ArrayList<>();
        for (int source = 0; source < 400; source++) {
            String section = List.of("editors", "sound", "games").get(source % 3);
            for (int part = 0; part <= source % 3; part++) {
                paragraphs.add(paragraph(
                        "p" + source + "-" + part,
                        "s" + source + (part == 1 ? " (1.0)" : ""),
                        section,
                        word(random) + " " + word(random) + " for " + section));
            }
        }
        // Near-copies in different sources.
        for (int i = 0; i < 40; i++) {
            paragraphs.add(paragraph("near" + i, "near" + i, "games", "the Board game, version " + i + ".2~rc1"));
        }
        paragraphs.add(paragraph("copy1", "copy1", "sound", "said by three"));
        paragraphs.add(paragraph("copy2", "copy2", "sound", "said  by three"));
        paragraphs.add(paragraph("copy3", "copy3", "games", "said by three"));
        for (int i = 0; i < 30; i++) {
            paragraphs.add(paragraph("kind" + i, "kind" + i, "doc", word(random) + " manual " + word(random)));
            paragraphs.add(paragraph("area" + i, "area" + i, "contrib/net", word(random) + " area " + word(random)));
        }
        paragraphs.add(paragraph("rare", "rare", "gnustep", "of a section with one package"));
        return paragraphs;
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < 7; i++) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }

    private static String paragraph(String name, String source, String section, String description) {
        return "Package: " + name + "\nSource: " + source + "\nVersion: 1\nDescription: " + description
                + "\n  long text: with a colon\nTag: a::b,\n c::d\nSection: " + section + "\n\n";
    }

    private DebianPackages write(List<String> paragraphs) throws Exception {
        return DebianPackages.fromPath(Files.writeString(folder.resolve("avail.txt"), String.join("", paragraphs)));
    }

    private static TaskData task(DebianPackages packages) throws TaskDataException {
        return PackageSections.of(packages, SmallTokenizer.json(), TextInput.BERT, 7, 20);
    }

    @Test
    void leavesOutKindsAreasRareSectionsAndRepeatedDescriptions() throws Exception {
        TaskData data = task(write(paragraphs()));
        assertThat(data.description().labels()).containsExactly("editors", "games", "sound");
        Map<String, String> sections = new HashMap<>();
        for (Split split : Split.values()) {
            Examples examples = Samples.open(data, split);
            for (int row = 0; row < examples.size(); row++) {
                assertThat(sections.put(
                                ((TextExamples) examples).text(row),
                                data.description().labels().get(examples.label(row))))
                        .isNull();
            }
        }
        assertThat(sections).hasSize(799 + 40 + 1).containsEntry("said by three", "sound");
    }

    @Test
    void siblingsAndNearCopiesAreNeverOnBothSides() throws Exception {
        TaskData data = task(write(paragraphs()));
        Map<String, Split> bySource = new HashMap<>();
        Set<Split> near = new HashSet<>();
        Set<String> ids = new HashSet<>();
        for (Split split : Split.values()) {
            assertThat(Samples.ids(data, split)).isNotEmpty();
            for (String id : Samples.ids(data, split)) {
                assertThat(ids.add(id)).isTrue();
                if (id.startsWith("near")) {
                    near.add(split);
                } else {
                    assertThat(bySource.merge(id.split("[-/]")[0], split, (a, b) -> a == b ? a : otherwise(id)))
                            .isEqualTo(split);
                }
            }
        }
        assertThat(near).hasSize(1);
    }

    @Test
    void siblingsAndNearCopiesAreOfOneGroup() throws Exception {
        DebianPackages packages = write(paragraphs());
        Map<String, String> groups = Samples.groups(task(packages));
        Map<String, Set<String>> bySource = new HashMap<>();
        groups.forEach((id, group) -> bySource.computeIfAbsent(
                        id.startsWith("near") ? "near" : id.split("[-/]")[0], source -> new HashSet<>())
                .add(group));
        assertThat(bySource.values()).allSatisfy(all -> assertThat(all).hasSize(1));
        assertThat(new HashSet<>(groups.values())).hasSizeBetween(3, groups.size() - 1);
        assertThat(Samples.groups(EmbeddingCorpus.of(packages, SmallTokenizer.json(), TextInput.BERT, 7, 20)))
                .isEqualTo(groups);
    }

    private static Split otherwise(String id) {
        throw new AssertionError(id + " is separated from its siblings");
    }

    @Test
    void theOrderOfTheFileDoesNotMatter() throws Exception {
        List<String> shuffled = paragraphs();
        Collections.shuffle(shuffled, new Random(5));
        TaskData first = task(write(paragraphs()));
        TaskData second = task(write(shuffled));
        assertThat(second.description()).isEqualTo(first.description());
        for (Split split : Split.values()) {
            assertThat(Samples.ids(second, split)).isEqualTo(Samples.ids(first, split));
        }
        TaskData otherSeed = PackageSections.of(write(paragraphs()), SmallTokenizer.json(), TextInput.BERT, 8, 20);
        assertThat(otherSeed.description().sha256())
                .isEqualTo(first.description().sha256());
        assertThat(Samples.ids(otherSeed, Split.TEST)).isNotEqualTo(Samples.ids(first, Split.TEST));
    }

    @Test
    void textsBecomeTokensPaddedToTheLongestOfTheBatch() throws Exception {
        List<String> paragraphs = paragraphs();
        paragraphs.add(paragraph("short", "s0", "editors", "Text editor"));
        paragraphs.add(paragraph("long", "s0", "editors", "editor ".repeat(100)));
        TaskData data = task(write(paragraphs));
        for (Split split : Split.values()) {
            List<String> ids = Samples.ids(data, split);
            int shortRow = indexOf(ids, "short/");
            if (shortRow >= 0) {
                Examples examples = Samples.open(data, split);
                int longRow = indexOf(ids, "long/");
                assertThat(examples.length(shortRow)).isEqualTo(4);
                assertThat(examples.length(longRow)).isEqualTo(64);
                assertThat(Samples.longs(examples, "input_ids", shortRow))
                        .containsExactly(SmallTokenizer.CLS, 6, 4, SmallTokenizer.SEP);
                long[] both = Samples.longs(examples, "attention_mask", longRow, shortRow);
                assertThat(both).hasSize(128);
                assertThat(java.util.Arrays.stream(both).sum()).isEqualTo(68);
                assertThat(Samples.longs(examples, "input_ids", longRow)[63]).isEqualTo(SmallTokenizer.SEP);
                assertThat(Samples.longs(examples, "token_type_ids", longRow, shortRow))
                        .containsOnly(0);
                return;
            }
        }
        throw new AssertionError("the description is in no split");
    }

    private static int indexOf(List<String> ids, String start) {
        for (int i = 0; i < ids.size(); i++) {
            if (ids.get(i).startsWith(start)) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void theCorpusForEmbeddingsHasTheSameTextsInTheSameSplits() throws Exception {
        DebianPackages packages = write(paragraphs());
        TaskData labelled = task(packages);
        TaskData corpus = EmbeddingCorpus.of(packages, SmallTokenizer.json(), TextInput.BERT, 7, 20);
        assertThat(corpus.description().labels()).isEmpty();
        for (Split split : Split.values()) {
            assertThat(Samples.ids(corpus, split)).isEqualTo(Samples.ids(labelled, split));
            assertThat(Samples.open(corpus, split).label(0)).isEqualTo(-1);
        }
        assertThat(corpus.description().name()).isEqualTo(EmbeddingCorpus.NAME);
        assertThat(corpus.description().facts())
                .containsEntry("kept cosine", String.valueOf(EmbeddingCorpus.KEPT_COSINE))
                .containsEntry("table SHA-256", labelled.description().sha256());
        assertThat(corpus.description().sha256())
                .isNotEqualTo(labelled.description().sha256());
    }

    @Test
    void changedTextsAreAnsweredWithEmbeddingsAsWell() throws Exception {
        DebianPackages packages = write(paragraphs());
        TaskData corpus = EmbeddingCorpus.of(packages, SmallTokenizer.json(), TextInput.BERT, 7, 20);
        TextExamples texts = (TextExamples) Samples.open(corpus, Split.TEST);
        TextExamples same = (TextExamples) Samples.open(task(packages), Split.TEST);

        assertThat(texts.text(0)).isEqualTo(same.text(0));
        assertThat(texts.length(0)).isEqualTo(same.length(0));
        assertThat(List.of(texts, texts.ofOtherTexts(List.of("something else")), texts.withTexts(same(texts))))
                .allSatisfy(each ->
                        assertThat(((EmbeddingExamples) each).keptCosine()).isEqualTo(EmbeddingCorpus.KEPT_COSINE));
    }

    private static List<String> same(TextExamples texts) {
        return IntStream.range(0, texts.size()).mapToObj(texts::text).toList();
    }

    @Test
    void aFolderIsReadWithItsReleaseFile() throws Exception {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("mirror_Packages.gz")))) {
            out.write(String.join("", paragraphs()).getBytes(StandardCharsets.UTF_8));
        }
        Files.writeString(
                folder.resolve("mirror_InRelease"),
                "Origin: Debian\nLabel: Debian\nVersion: 12.15\nCodename: bookworm\nDate: Sat, 11 Jul 2026 10:16:37 UTC\n");
        Files.writeString(
                folder.resolve("updates_InRelease"),
                "Label: Debian\nCodename: bookworm-updates\nDate: Sun, 12 Jul 2026 08:00:00 UTC\n");
        TaskData data = task(DebianPackages.fromPath(folder));
        assertThat(data.description().facts())
                .containsEntry("release", "Debian 12.15 (bookworm)")
                .containsEntry("index date", "2026-07-12T08:00:00Z")
                .containsEntry("descriptions", "840");
    }

    @Test
    void aCommandIsReadAndItsFailureSaid() throws Exception {
        Path file = Files.writeString(folder.resolve("avail.txt"), String.join("", paragraphs()));
        DebianPackages packages = DebianPackages.fromCommand(List.of("cat", file.toString()), folder);
        assertThat(packages.size()).isEqualTo(799 + 40 + 3 + 60 + 1);
        assertThat(packages.facts()).containsEntry("release", "unknown").containsEntry("index date", "unknown");
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> DebianPackages.fromCommand(List.of("no-such-program-here"), folder))
                .withMessageContaining("no-such-program-here")
                .satisfies(
                        e -> assertThat(e.advice()).contains("apt-get update").contains("--data"));
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> DebianPackages.fromCommand(List.of("false"), folder))
                .withMessageContaining("status 1");
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> DebianPackages.fromCommand(List.of("true"), folder))
                .withMessageContaining("no package")
                .satisfies(e -> assertThat(e.advice()).contains("apt-get update"));
    }

    @Test
    void whatMakesNoTaskIsSaid() throws Exception {
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> DebianPackages.fromPath(folder.resolve("nothing")))
                .withMessageContaining("nothing");
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> DebianPackages.fromPath(folder))
                .withMessageContaining("Packages");
        Files.createFile(folder.resolve("x_Packages.lz4"));
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> DebianPackages.fromPath(folder))
                .withMessageContaining("unpack");
        DebianPackages packages = write(paragraphs());
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> task(packages, SmallTokenizer.json(), 500))
                .withMessageContaining("500");
        assertThatExceptionOfType(TaskDataException.class)
                .isThrownBy(() -> task(packages, "{}".getBytes(StandardCharsets.UTF_8), 20))
                .withMessageContaining("tokenizer.json");
    }

    private static TaskData task(DebianPackages packages, byte[] tokenizer, int minimum) throws TaskDataException {
        return PackageSections.of(packages, tokenizer, TextInput.BERT, 7, minimum);
    }

    @Test
    void trainingGetsNeitherCalibrationNorTest() throws Exception {
        TaskData.Access access = task(write(paragraphs())).accessFor(Purpose.TRAINING);
        access.open(Split.DECISION);
        assertThatExceptionOfType(SplitAccessException.class).isThrownBy(() -> access.open(Split.CALIBRATION));
        assertThatExceptionOfType(SplitAccessException.class).isThrownBy(() -> access.open(Split.TEST));
    }

    /** Whatever bytes stand in a file, the answer is packages or a sentence. */
    @Property(tries = 300)
    void hostileFilesEndInASentence(
            @ForAll @Size(max = 400) List<@ByteRange(min = Byte.MIN_VALUE) Byte> noise, @ForAll boolean zipped)
            throws IOException {
        byte[] bytes = new byte[noise.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = noise.get(i);
        }
        Path file = Files.createTempFile("hostile", "Packages");
        try (OutputStream out = Files.newOutputStream(file)) {
            if (zipped) {
                out.write(0x1f);
                out.write(0x8b);
            } else {
                out.write("Package: a\nSection: b\nDescription: c".getBytes(StandardCharsets.UTF_8));
            }
            out.write(bytes);
        }
        try {
            assertThat(DebianPackages.fromPath(file).size()).isPositive();
        } catch (TaskDataException e) {
            assertThat(e.advice()).isNotEmpty();
        } finally {
            Files.delete(file);
        }
    }
}
