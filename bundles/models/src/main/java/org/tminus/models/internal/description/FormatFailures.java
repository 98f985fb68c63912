/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.models.internal.description;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import org.tminus.failure.ModelFormatException;
import org.tminus.models.internal.archive.ArchiveException;

/** The failures of this bundle, each with advice that fits. */
public final class FormatFailures {
    private FormatFailures() {}

    /** What is written in the file breaks a rule of the format. */
    public static ModelFormatException invalid(String message) {
        return new ModelFormatException(
                message, "Correct it in the tool that made the file; the rules are in docs/model-format.md.");
    }

    /** The file is not what its author made. */
    public static ModelFormatException damaged(String message, @Nullable Throwable cause) {
        return new ModelFormatException(
                message,
                "Copy the file again from where it came from, and compare its checksum with the original.",
                cause);
    }

    /** The disk, not the model, is in the way. */
    public static ModelFormatException unreadable(String message, @Nullable Throwable cause) {
        return new ModelFormatException(
                message, "Check that the file exists and that this process may read it.", cause);
    }

    public static ModelFormatException notStored(String message, @Nullable Throwable cause) {
        return new ModelFormatException(
                message, "Check the free space and the permissions of the folder, then try again.", cause);
    }

    /** Tells a broken archive from a disk that fails. */
    public static ModelFormatException reading(String what, IOException cause) {
        return cause instanceof ArchiveException
                ? damaged(what + " cannot be used: " + cause.getMessage() + ".", cause)
                : unreadable(
                        what
                                + (cause instanceof NoSuchFileException
                                        ? " does not exist."
                                        : " cannot be read: " + cause + "."),
                        cause);
    }
}
