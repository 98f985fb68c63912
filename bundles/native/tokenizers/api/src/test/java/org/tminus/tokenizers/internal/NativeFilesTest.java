/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tokenizers.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tminus.tokenizers.NativeLibraryException;

class NativeFilesTest {
    private static final byte[] CONTENT = "library".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    @Test
    void keepsAFileOnceAndMendsIt() throws IOException {
        NativeFiles files = new NativeFiles(directory);
        Path first = files.store("lib.so", CONTENT);
        assertThat(first.getParent().getFileName().toString()).hasSize(64);
        Files.writeString(first, "cut sho");

        assertThat(files.store("lib.so", CONTENT)).isEqualTo(first).hasBinaryContent(CONTENT);
        assertThat(first.getParent()).isDirectoryContaining(file -> file.equals(first));
    }

    @Test
    void everyLoadHasItsOwnPath() throws IOException {
        NativeFiles files = new NativeFiles(directory);
        Path file = files.store("lib.so", CONTENT);

        Path first = files.linkForLoading(List.of(file));
        Path second = files.linkForLoading(List.of(file));

        assertThat(first).isNotEqualTo(second);
        assertThat(first.resolve("lib.so")).hasBinaryContent(CONTENT);
        NativeFiles.remove(first, List.of(file));
        assertThat(first).doesNotExist();
        assertThat(second.resolve("lib.so")).exists();
        assertThat(file).exists();
    }

    @Test
    void anUnwritableDirectoryIsAnError() throws IOException {
        Path blocked = Files.writeString(directory.resolve("file"), "in the way");

        assertThatIOException().isThrownBy(() -> new NativeFiles(blocked).store("lib.so", CONTENT));
    }

    @Test
    void knowsPlatforms() {
        for (Platform platform : Platform.values()) {
            for (String file : platform.files()) {
                assertThat(NativeFilesTest.class.getResource(platform.resource(file)))
                        .isNotNull();
            }
        }
        assertThat(Platform.of("Linux", "amd64")).isEqualTo(Platform.LINUX_X64);
        assertThat(Platform.of("Mac OS X", "aarch64")).isEqualTo(Platform.OSX_AARCH64);
        assertThat(Platform.of("Windows 11", "amd64")).isEqualTo(Platform.WIN_X64);
        assertThatThrownBy(() -> Platform.of("Mac OS X", "x86_64"))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("no native library for Mac OS X on x86_64");
    }
}
