/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where figures are to be written, checked before they are measured for minutes. */
final class Reports {
    private Reports() {}

    /** @throws IOException if a file could not be written, or both are one */
    static void check(@Nullable Path html, @Nullable Path json) throws IOException {
        check("--html", html);
        check("--json", json);
        if (html != null && json != null && Main.absolute(html).equals(Main.absolute(json))) {
            throw new IOException("--html and --json name the same file " + html + ". Give each its own.");
        }
    }

    /** As a model file or report would be: {@code null} is none. */
    static void check(String option, @Nullable Path given) throws IOException {
        if (given == null) {
            return;
        }
        Path file = Main.absolute(given);
        Path folder = file.getParent();
        if (Files.isDirectory(file) || folder == null) {
            throw new IOException(option + " names the folder " + file + ". Name a file in it.");
        }
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".tminus", ".probe"));
        } catch (IOException e) {
            throw new IOException(
                    "The folder " + folder + " cannot be written to (" + e + "). Name another file with " + option
                            + ".",
                    e);
        }
    }
}
