/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.tminus.storm.fault.FaultSource;

/** Takes away what sabotage leaves behind, once it has been found, and the storm's own files. */
final class LeftBehind {
    private LeftBehind() {}

    static void remove() {
        System.getProperties().keySet().removeIf(key -> key.toString().startsWith(FaultSource.LEFT_BEHIND));
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith(FaultSource.LEFT_BEHIND)) {
                thread.interrupt();
            }
        }
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
