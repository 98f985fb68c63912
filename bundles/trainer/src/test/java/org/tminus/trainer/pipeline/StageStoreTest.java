/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageStoreTest {
    @TempDir
    Path folder;

    private final AtomicInteger runs = new AtomicInteger();
    private StageStore stages;

    @BeforeEach
    void open() throws IOException {
        stages = new StageStore(folder);
    }

    private String once(String fingerprint, String content) throws IOException {
        byte[] bytes = stages.once("one", fingerprint, () -> {
            runs.incrementAndGet();
            return content.getBytes(StandardCharsets.UTF_8);
        });
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void aStageRunsOnceForTheSameFingerprint() throws IOException {
        assertThat(once("a", "first")).isEqualTo("first");
        assertThat(once("a", "second")).isEqualTo("first");
        assertThat(runs).hasValue(1);
        assertThat(once("b", "third")).isEqualTo("third");
    }

    @Test
    void aStoppedStageLeavesNothing() throws IOException {
        assertThat(stages.once("one", "a", () -> null)).isNull();
        assertThat(once("a", "now")).isEqualTo("now");
    }

    @Test
    void aDamagedResultIsMadeAgain() throws IOException {
        once("a", "first");
        Path file = folder.resolve("one.stage");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThat(once("a", "again")).isEqualTo("again");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 5, 20, 70})
    void aResultThatWasCutOffIsMadeAgain(int length) throws IOException {
        once("a".repeat(64), "first");
        Path file = folder.resolve("one.stage");
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
        assertThat(once("a".repeat(64), "again")).isEqualTo("again");
    }

    @Test
    void aHalfWrittenFileIsNoResult() throws IOException {
        once("a", "first");
        Path file = folder.resolve("one.stage");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file.resolveSibling("one.stage.new"), bytes);
        Files.delete(file);
        assertThat(once("a", "again")).isEqualTo("again");
    }

    @Test
    void fingerprintsTellPartsApart() {
        assertThat(StageStore.fingerprint("ab", "c")).isNotEqualTo(StageStore.fingerprint("a", "bc"));
        assertThat(StageStore.fingerprint("a", 1)).isEqualTo(StageStore.fingerprint("a", 1));
    }
}
