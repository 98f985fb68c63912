/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A folder for one run of a command, named by its process. */
public final class WorkFolder {
    private WorkFolder() {}

    /**
     * Where this run may write; nothing is there yet. What runs of the same command left behind that were killed before they could clean up is
     * removed.
     *
     * @param target below which the folder is
     * @param command what its name begins with
     */
    public static Path in(Path target, String command) throws IOException {
        if (Files.isDirectory(target)) {
            Pattern pattern = Pattern.compile(Pattern.quote(command) + "-(\\d{1,18})");
            try (Stream<Path> folders = Files.list(target)) {
                for (Path folder :
                        folders.filter(folder -> isLeftover(folder, pattern)).toList()) {
                    Folders.delete(folder);
                }
            }
        }
        return target.resolve(command + "-" + ProcessHandle.current().pid());
    }

    private static boolean isLeftover(Path folder, Pattern pattern) {
        Matcher name = pattern.matcher(String.valueOf(folder.getFileName()));
        return name.matches()
                && ProcessHandle.of(Long.parseLong(name.group(1)))
                        .filter(ProcessHandle::isAlive)
                        .isEmpty();
    }
}
