/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.tminus.trainer.pipeline.FolderLock;

/** The work folder of one run, held by one process at a time; it remembers what the run is made from. */
final class WorkFolder implements AutoCloseable {
    private static final String RECORD = "adapt.properties";

    private final FolderLock lock;

    private WorkFolder(FolderLock lock) {
        this.lock = lock;
    }

    /**
     * Takes the folder for a run.
     *
     * @param madeFrom what decides the result, with names for people
     * @param begun whether something was finished there; else there is nothing to lose, and any run may take the folder
     * @throws IOException if another process works there, or it holds a run that was made from something else
     */
    static WorkFolder open(Path folder, Map<String, String> madeFrom, boolean begun) throws IOException {
        FolderLock lock = FolderLock.of(folder);
        try {
            Path record = folder.resolve(RECORD);
            if (begun && Files.exists(record)) {
                compare(folder, record, madeFrom);
            } else {
                write(record, madeFrom);
            }
            return new WorkFolder(lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Removes the record, and the folder unless there is more in it. */
    static void remove(Path folder) throws IOException {
        FolderLock.remove(folder);
        Files.deleteIfExists(folder.resolve(RECORD));
        try {
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            // Somebody's files: they stay.
            return;
        }
    }

    private static void compare(Path folder, Path record, Map<String, String> madeFrom) throws IOException {
        Properties before = new Properties();
        try (Reader reader = Files.newBufferedReader(record)) {
            before.load(reader);
        }
        List<String> differences = new ArrayList<>();
        new TreeMap<>(madeFrom).forEach((name, now) -> {
            String then = before.getProperty(name, "");
            if (!then.equals(now)) {
                differences.add(name + " was " + shorten(then) + ", is " + shorten(now));
            }
        });
        if (!differences.isEmpty()) {
            throw new AdaptException("The folder " + folder + " holds a run that was begun with something else: "
                    + String.join("; ", differences) + ". Go on with the same, delete the folder, or name another with"
                    + " --work.");
        }
    }

    private static String shorten(String value) {
        return value.length() > 40 ? value.substring(0, 12) + "..." : value;
    }

    private static void write(Path record, Map<String, String> madeFrom) throws IOException {
        Properties properties = new Properties();
        madeFrom.forEach(properties::setProperty);
        StringWriter text = new StringWriter();
        properties.store(text, null);
        Path fresh = record.resolveSibling(RECORD + ".new");
        Files.writeString(fresh, text.toString());
        Files.move(fresh, record, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Lets the folder go. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
