/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Whether the places that will be written to can be written to, and have room. */
final class Room {
    private static final double MEGA = 1e6;
    /** How operating systems say it. */
    private static final List<String> FULL =
            List.of("no space left", "not enough space", "disk full", "quota exceeded");

    /** Free bytes of a place. */
    interface Disk {
        long free(Path folder) throws IOException;
    }

    private final Disk disk;

    Room() {
        this(folder -> {
            FileStore store = Files.getFileStore(folder);
            return store.getUsableSpace();
        });
    }

    Room(Disk disk) {
        this.disk = disk;
    }

    /**
     * How much the work folder takes at most: the model in the stage of the trunk and unpacked, a checkpoint of four numbers
     * per trained weight with the one that takes its place, and the outcomes of every path.
     */
    static long workBytes(long weightBytes, boolean lowRank, long rows) {
        long checkpoints = lowRank ? weightBytes : 8 * weightBytes;
        return 3 * weightBytes + checkpoints + rows * 100 * 20 + 50_000_000;
    }

    /** @throws AdaptException if a folder cannot be made or written to, or is too full */
    void check(Path output, Path work, long weightBytes, long workBytes) throws IOException {
        if (Files.isDirectory(output)) {
            throw new AdaptException("The output " + output + " is a folder. Name a file in it with --output, such as "
                    + output.resolve("model.tminus") + ".");
        }
        if (!String.valueOf(output.getFileName()).endsWith(".tminus")) {
            throw new AdaptException("The output " + output
                    + " does not end in .tminus, so no container would take it. Name a file that does with --output.");
        }
        Path parent = output.toAbsolutePath().getParent();
        if (parent == null) {
            throw new AdaptException("The output " + output + " has no folder. Name a file with --output.");
        }
        writable(parent, "--output");
        writable(work, "--work");
        boolean same = Files.getFileStore(parent).equals(Files.getFileStore(work));
        long outputBytes = weightBytes + weightBytes / 10;
        room(work, same ? workBytes + outputBytes : workBytes, "--work");
        if (!same) {
            room(parent, outputBytes, "--output");
        }
    }

    /**
     * Says it in words if a run failed because a disk became full on the way.
     *
     * @param failure of the run
     * @return what to throw
     */
    static IOException explained(IOException failure, Path output, Path work) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
            if (FULL.stream().anyMatch(text::contains)) {
                return new AdaptException(
                        "A disk became full on the way (" + failure.getMessage() + "). What was finished is kept in "
                                + work
                                + ": make room there and beside " + output
                                + ", and the same command goes on from where it was.",
                        failure);
            }
        }
        return failure;
    }

    private void room(Path folder, long needed, String option) throws IOException {
        long free = disk.free(folder);
        if (free < needed) {
            throw new AdaptException(String.format(
                    Locale.ROOT,
                    "The disk of %s has %.0f MB free, and up to %.0f MB are needed. Make room, or name a folder on another"
                            + " disk with %s.",
                    folder,
                    free / MEGA,
                    needed / MEGA,
                    option));
        }
    }

    private static void writable(Path folder, String option) throws AdaptException {
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".tminus", ".probe"));
        } catch (IOException e) {
            throw new AdaptException(
                    "The folder " + folder + " cannot be written to (" + e + "). Name another with " + option + ".", e);
        }
    }
}
