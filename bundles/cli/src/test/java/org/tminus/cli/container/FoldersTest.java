/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {

    @TempDir
    Path folder;

    static Path zip(Path file, Map<String, String> entries) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
        return file;
    }

    @Test
    void unpacksWithoutTheOutermostFolder() throws IOException {
        Path zip = zip(folder.resolve("a.zip"), Map.of("top/bin/x", "1", "top/y", "2"));

        Folders.unpack(zip, folder.resolve("with spaces"));

        assertThat(folder.resolve("with spaces/bin/x")).hasContent("1");
        assertThat(folder.resolve("with spaces/y")).hasContent("2");
    }

    @Test
    void refusesEntriesOutsideOfTheFolder() throws IOException {
        Path zip = zip(folder.resolve("a.zip"), Map.of("top/../../x", "1"));

        assertThatIOException()
                .isThrownBy(() -> Folders.unpack(zip, folder.resolve("inner/most")))
                .withMessageContaining("outside");
    }

    @Test
    void removesAFolderButNotWhatLinksPointAt() throws IOException {
        Path kept = Files.writeString(folder.resolve("kept"), "1");
        Path removed = Files.createDirectories(folder.resolve("removed/deep"));
        Files.createSymbolicLink(removed.resolve("link"), kept);

        Folders.delete(folder.resolve("removed"));
        Folders.delete(folder.resolve("removed"));

        assertThat(folder.resolve("removed")).doesNotExist();
        assertThat(kept).exists();
    }
}
