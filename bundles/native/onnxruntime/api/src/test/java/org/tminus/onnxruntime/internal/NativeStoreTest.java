/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnxruntime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeStoreTest {

    private static final byte[] CONTENT = "library".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    @Test
    void keepsAFileOnceUnderItsHash() throws IOException {
        NativeStore store = new NativeStore(directory);

        Path first = store.store("lib.so", () -> new ByteArrayInputStream(CONTENT));
        Path second = store.store("lib.so", () -> new ByteArrayInputStream(CONTENT));

        assertThat(second).isEqualTo(first).hasBinaryContent(CONTENT);
        assertThat(first.getParent().getFileName().toString())
                .isEqualTo(NativeStore.sha256(() -> new ByteArrayInputStream(CONTENT)))
                .hasSize(64);
        try (Stream<Path> all = Files.list(first.getParent())) {
            assertThat(all).containsExactly(first);
        }
    }

    @Test
    void writesADamagedFileAgain() throws IOException {
        NativeStore store = new NativeStore(directory);
        Path file = store.store("lib.so", () -> new ByteArrayInputStream(CONTENT));
        Files.writeString(file, "cut sho");

        assertThat(store.store("lib.so", () -> new ByteArrayInputStream(CONTENT)))
                .hasBinaryContent(CONTENT);
    }

    @Test
    void everyLoadHasItsOwnPath() throws IOException {
        NativeStore store = new NativeStore(directory);
        Path file = store.store("lib.so", () -> new ByteArrayInputStream(CONTENT));

        Path first = store.linkForLoading(List.of(file));
        Path second = store.linkForLoading(List.of(file));

        assertThat(first).isNotEqualTo(second);
        assertThat(first.resolve("lib.so")).hasBinaryContent(CONTENT);
        NativeStore.remove(first);
        assertThat(first).doesNotExist();
        assertThat(second.resolve("lib.so")).exists();
        assertThat(file).exists();
    }

    @Test
    void removesWhatEndedProcessesLeft() throws Exception {
        NativeStore store = new NativeStore(directory);
        Path file = store.store("lib.so", () -> new ByteArrayInputStream(CONTENT));
        Process ended =
                new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-version").start();
        ended.waitFor();
        Path stale = Files.createDirectories(directory.resolve("loads").resolve(ended.pid() + "-old"));
        Files.write(stale.resolve("lib.so"), CONTENT);

        store.linkForLoading(List.of(file));

        assertThat(stale).doesNotExist();
    }

    @Test
    void anUnwritableDirectoryIsAnError() throws IOException {
        Path blocked = Files.writeString(directory.resolve("file"), "in the way");

        assertThatIOException()
                .isThrownBy(() -> new NativeStore(blocked).store("lib.so", () -> new ByteArrayInputStream(CONTENT)));
    }
}
