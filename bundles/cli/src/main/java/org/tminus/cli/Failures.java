/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli;

import org.jspecify.annotations.Nullable;

/** Failures as sentences. */
final class Failures {

    private Failures() {}

    /** With a full stop, so that another sentence can follow. */
    static String sentence(@Nullable String message) {
        String text = message == null ? "" : message.strip();
        return text.isEmpty() || text.endsWith(".") ? text : text + ".";
    }

    /** What to tell a user: the message, or the kind of failure if it has none. */
    static String sentence(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return "failed with " + failure.getClass().getSimpleName();
        }
        if (failure instanceof java.nio.file.NoSuchFileException) {
            return "there is no file " + message;
        }
        if (failure instanceof java.nio.file.AccessDeniedException) {
            return "no permission for " + message;
        }
        return message;
    }
}
