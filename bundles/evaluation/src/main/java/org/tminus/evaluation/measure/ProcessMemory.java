/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Resident memory of this process, where Linux tells it. */
public final class ProcessMemory {
    private final Path folder;

    public ProcessMemory() {
        this(Path.of("/proc/self"));
    }

    ProcessMemory(Path folder) {
        this.folder = folder;
    }

    /** Resident bytes now. */
    public OptionalLong resident() {
        return status("VmRSS:");
    }

    /** Those of them that are pages of files, which the system can drop and read again. */
    public OptionalLong files() {
        return status("RssFile:");
    }

    /** The most resident bytes since {@link #resetPeak()}. */
    public OptionalLong peak() {
        return status("VmHWM:");
    }

    /** Makes the peak start again from what is resident now. @return whether the system allows it */
    public boolean resetPeak() {
        try {
            Files.writeString(folder.resolve("clear_refs"), "5");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private OptionalLong status(String key) {
        try {
            for (String line : Files.readAllLines(folder.resolve("status"))) {
                if (line.startsWith(key)) {
                    String[] parts = line.substring(key.length()).strip().split("\\s+");
                    return OptionalLong.of(Long.parseLong(parts[0]) * 1024);
                }
            }
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}
