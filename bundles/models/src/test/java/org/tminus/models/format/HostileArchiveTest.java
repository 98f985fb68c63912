/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.SampleModel;

class HostileArchiveTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    Path temp;

    private byte[] good;
    private Map<String, byte[]> entries;

    @BeforeEach
    void makeGoodFile() throws Exception {
        Path file = SampleModel.of("sample", "1.0.0").weights(1, 3000).file(temp.resolve("good.tminus"));
        good = Files.readAllBytes(file);
        entries = new LinkedHashMap<>();
        try (ModelPackage open = ModelPackage.open(file)) {
            entries.put("model.json", open.read("model.json").readAllBytes());
            for (String name : open.entries()) {
                entries.put(name, open.read(name).readAllBytes());
            }
        }
    }

    @Test
    void anArchiveOfAnotherToolIsAccepted() throws Exception {
        try (ModelPackage open = ModelPackage.open(write(zip(entries)))) {
            assertThat(open.name()).isEqualTo("sample");
            open.extract(temp.resolve("out"));
        }
        assertThat(temp.resolve("out/model.onnx.data")).hasBinaryContent(SampleModel.random(1, 3000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "/etc/passwd",
                "a/model.onnx",
                "model.onnx/",
                "..\\evil",
                "MODEL.ONNX",
                "Evil.class",
                "META-INF/MANIFEST.MF",
                "OSGI-INF/blueprint/evil.xml",
                "model.onnx\u0000",
                "",
                "model.json.",
                "\u202emodel"
            })
    void aStrangeNameIsRefused(String name) throws Exception {
        entries.put(name, new byte[] {1});
        refused(zip(entries), "which a model file cannot have");
    }

    @Test
    void aMissingEntryIsRefused() throws Exception {
        entries.remove("exits.onnx");
        refused(zip(entries), "$.files records");
    }

    @Test
    void anUnrecordedEntryIsRefused() throws Exception {
        entries.put("policy.onnx", new byte[] {1});
        refused(zip(entries), "policy.onnx");
    }

    @Test
    void aChangedEntryIsRefused() throws Exception {
        entries.get("model.onnx")[5] ^= 1;
        refused(zip(entries), "model.onnx is not the file");
    }

    @Test
    void anEntryTwiceIsRefused() throws Exception {
        // The JDK refuses to write a name twice, so a name of the same length is renamed afterwards.
        entries.put("policy.onnx", entries.get("exits.onnx"));
        byte[] bytes = zip(entries);
        replace(bytes, "policy.onnx", "labels.json");
        refused(bytes, "twice");
    }

    @Test
    void aLocalNameThatContradictsTheDirectoryIsRefused() throws Exception {
        byte[] bytes = good.clone();
        int at = indexOf(bytes, "labels.json", 0);
        while (bytes[at - 30] != 'P' || bytes[at - 28] != 3) {
            at = indexOf(bytes, "labels.json", at + 1);
        }
        bytes[at] = 'L';
        refused(bytes, "described in two ways");
    }

    @Test
    void dataBeforeOrAfterTheArchiveIsRefused() throws Exception {
        ByteArrayOutputStream before = new ByteArrayOutputStream();
        before.write("#!/bin/sh\n".getBytes(StandardCharsets.UTF_8));
        before.write(good);
        refused(before.toByteArray(), "cannot be used");
        refused(Arrays.copyOf(good, good.length + 1), "cannot be used");
    }

    @Test
    void theDescriptionComesFirst() throws Exception {
        Map<String, byte[]> reordered = new LinkedHashMap<>();
        reordered.put("labels.json", entries.get("labels.json"));
        reordered.putAll(entries);
        refused(zip(reordered), "first entry");
    }

    @Test
    void aBombIsRefusedBeforeItIsInflated() throws Exception {
        entries.put("model.onnx.data", new byte[40 << 20]);
        refused(zip(entries), "more than 100.0 times");
    }

    @Test
    void aBombWithFalseSizesIsStopped() throws Exception {
        byte[] bomb = new byte[30 << 20];
        entries.put("policy.onnx", bomb);
        byte[] bytes = zip(entries);
        // State a small size in the directory; inflating must stop there.
        int at = lastIndexOf(bytes, "policy.onnx") - 46;
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at + 24, 1000);
        refused(bytes, "");
    }

    @Test
    void overlappingEntriesAreRefused() throws Exception {
        byte[] bytes = good.clone();
        int first = lastIndexOf(bytes, "labels.json") - 46;
        int second = lastIndexOf(bytes, "golden.json") - 46;
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(second + 42, buffer.getInt(first + 42));
        refused(bytes, "cannot be used");
    }

    @Test
    void limitsOnSizesHold() throws Exception {
        Path file = write(good);
        Limits entry = new Limits(2000, 1 << 20, 1 << 20, 1 << 20, 100);
        Limits total = new Limits(1 << 20, 4000, 1 << 20, 1 << 20, 100);
        Limits description = new Limits(1 << 20, 1 << 20, 100, 1 << 20, 100);
        Limits golden = new Limits(1 << 20, 1 << 20, 1 << 20, 10, 100);
        assertThatThrownBy(() -> ModelPackage.open(file, entry)).hasMessageContaining("the limit is 2000");
        assertThatThrownBy(() -> ModelPackage.open(file, total)).hasMessageContaining("the limit is 4000");
        assertThatThrownBy(() -> ModelPackage.open(file, description)).hasMessageContaining("more than 100 bytes");
        assertThatThrownBy(() -> ModelPackage.open(file, golden)).hasMessageContaining("more than 10 bytes");
    }

    @Test
    void anEntryCountThatLiesIsRefused() throws Exception {
        for (int count : new int[] {0, 1, 11, 65534}) {
            byte[] bytes = good.clone();
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            buffer.putShort(bytes.length - 14, (short) count).putShort(bytes.length - 12, (short) count);
            refused(bytes, "");
        }
    }

    @Test
    void encryptionIsRefused() throws Exception {
        byte[] bytes = good.clone();
        int at = lastIndexOf(bytes, "labels.json") - 46;
        bytes[at + 8] |= 1;
        refused(bytes, "encrypted");
    }

    @Test
    void deepJsonIsRefused() throws Exception {
        entries.put("model.json", ("[".repeat(100_000)).getBytes(StandardCharsets.UTF_8));
        refused(zip(entries), "nesting depth");
        entries.put("model.json", ("{\"a\":".repeat(1000) + "1" + "}".repeat(1000)).getBytes(StandardCharsets.UTF_8));
        refused(zip(entries), "nesting depth");
    }

    @Test
    void hugeJsonIsRefused() throws Exception {
        byte[] spaces = new byte[Limits.DEFAULT.descriptionBytes() + 1];
        new Random(1).nextBytes(spaces);
        entries.put("model.json", spaces);
        refused(zip(entries), "more than");
        entries.put("model.json", ("[" + "1,".repeat(3_000_000) + "1]").getBytes(StandardCharsets.UTF_8));
        refused(zip(entries, ZipEntry.STORED), "Token count");
        entries.put("model.json", ("[" + "1".repeat(1000) + "]").getBytes(StandardCharsets.UTF_8));
        refused(zip(entries), "Number value length");
    }

    @Test
    void strangeJsonIsRefused() throws Exception {
        for (String json : new String[] {
            "",
            "nonsense",
            "NaN",
            "{} {}",
            "{\"name\":1,\"name\":2}",
            "null",
            "[]",
            "\"text\"",
            "{\"schemaVersion\": NaN}"
        }) {
            entries.put("model.json", json.getBytes(StandardCharsets.UTF_8));
            refused(zip(entries), "model.json");
        }
    }

    @Test
    void everyTruncationIsRefused() {
        Assertions.assertTimeoutPreemptively(BOUND, () -> {
            Random random = new Random(2);
            for (int trial = 0; trial < 300; trial++) {
                refused(Arrays.copyOf(good, random.nextInt(good.length)), "");
            }
        });
    }

    /** Whatever bytes are changed: a clear refusal, or a model whose content is exactly what its hashes say. */
    @Test
    void mutatedFilesNeverFailInAnotherWay() {
        Assertions.assertTimeoutPreemptively(BOUND.multipliedBy(3), () -> {
            int accepted = 0;
            Random random = new Random(3);
            byte[] deflated = zip(entries);
            for (int trial = 0; trial < 1000; trial++) {
                byte[] bytes = (trial % 2 == 0 ? good : deflated).clone();
                int changes = 1 + random.nextInt(4);
                // Most structure is in the directory at the end.
                int from = random.nextBoolean() ? Math.max(0, bytes.length - 900) : 0;
                for (int change = 0; change < changes; change++) {
                    int at = from + random.nextInt(bytes.length - from);
                    bytes[at] =
                            (byte) (random.nextInt(4) == 0 ? random.nextInt() : bytes[at] ^ (1 << random.nextInt(8)));
                }
                Path file = write(bytes);
                try (ModelPackage open = ModelPackage.open(file)) {
                    assertThat(open.read("model.onnx").readAllBytes()).isEqualTo(entries.get("model.onnx"));
                    accepted++;
                } catch (ModelFormatException e) {
                    assertThat(e.getMessage()).isNotBlank();
                    assertThat(e.advice()).isNotBlank();
                }
            }
            // Times and attributes are ignored, so some changes are harmless; most are not.
            assertThat(accepted).isLessThan(500);
        });
    }

    private void refused(byte[] bytes, String message) throws IOException {
        Path file = write(bytes);
        Assertions.assertTimeoutPreemptively(BOUND, () -> assertThatThrownBy(() -> ModelPackage.open(file))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(message));
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(temp.resolve("hostile.tminus"), bytes);
    }

    private static byte[] zip(Map<String, byte[]> entries) throws IOException {
        return zip(entries, ZipEntry.DEFLATED);
    }

    private static byte[] zip(Map<String, byte[]> entries, int method) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                ZipEntry header = new ZipEntry(entry.getKey());
                header.setMethod(method);
                if (method == ZipEntry.STORED) {
                    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
                    crc.update(entry.getValue());
                    header.setCrc(crc.getValue());
                    header.setSize(entry.getValue().length);
                }
                zip.putNextEntry(header);
                ((OutputStream) zip).write(entry.getValue());
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static void replace(byte[] bytes, String from, String to) {
        byte[] replacement = to.getBytes(StandardCharsets.UTF_8);
        for (int at = indexOf(bytes, from, 0); at >= 0; at = indexOf(bytes, from, at + 1)) {
            // Headers only: the description mentions names in quotes.
            if (bytes[at - 1] != '"') {
                System.arraycopy(replacement, 0, bytes, at, replacement.length);
            }
        }
    }

    private static int indexOf(byte[] bytes, String text, int from) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        for (int at = from; at <= bytes.length - wanted.length; at++) {
            if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }

    private static int lastIndexOf(byte[] bytes, String text) {
        int last = -1;
        for (int at = indexOf(bytes, text, 0); at >= 0; at = indexOf(bytes, text, at + 1)) {
            last = at;
        }
        return last;
    }
}
