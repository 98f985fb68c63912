/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.io.IOException;
import java.nio.file.Path;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.format.Limits;
import org.tminus.models.internal.archive.ArchiveReader;

/**
 * An open model file that passed every check.
 *
 * @param what the file, for messages
 * @param archive its entries
 * @param reader its description
 */
public record CheckedArchive(String what, ArchiveReader archive, ModelReader reader) implements AutoCloseable {
    /** @throws ModelFormatException if the file is not acceptable or cannot be read */
    public static CheckedArchive open(Path file, Limits limits) throws ModelFormatException {
        String what = "The model file " + file.getFileName();
        ArchiveReader archive;
        try {
            archive = ArchiveReader.open(file, limits);
        } catch (IOException e) {
            throw FormatFailures.reading(what, e);
        }
        try {
            return new CheckedArchive(what, archive, ModelReader.read(what, archive, limits));
        } catch (ModelFormatException | RuntimeException e) {
            try {
                archive.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    @Override
    public void close() throws ModelFormatException {
        try {
            archive.close();
        } catch (IOException e) {
            throw FormatFailures.unreadable(what + " cannot be closed: " + e + ".", e);
        }
    }
}
