/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.demo.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Reads and writes the demo's JSON files. A file is written in full or not at all. */
public final class DemoFiles {
    /** In the work folder: the {@link DemoOutcome}. */
    public static final String OUTCOME = "outcome.json";

    /** In the work folder: lines of {@link ProgressLine}. */
    public static final String PROGRESS = "progress.txt";

    private static final ObjectMapper MAPPER = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private DemoFiles() {}

    /** @throws IOException if the file cannot be read or is not what is expected; the message names it */
    public static <T> T read(Path file, Class<T> type) throws IOException {
        try {
            return MAPPER.readValue(Files.readAllBytes(file), type);
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "The file " + file + " is not a valid " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
        }
    }

    /** @throws IOException if the file cannot be written */
    public static void write(Path file, Object value) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent();
        if (folder == null) {
            throw new IOException("Not a file: " + file);
        }
        Files.createDirectories(folder);
        Path partial = Files.createTempFile(folder, "." + absolute.getFileName(), ".part");
        try {
            Files.writeString(partial, toJson(value) + "\n");
            move(partial, absolute);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** As it is written to files. */
    public static String toJson(Object value) throws IOException {
        return MAPPER.writeValueAsString(value);
    }
}
