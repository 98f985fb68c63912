/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.cli;

import java.io.IOException;

/** A file that a command was given cannot be used; the message says why and where. */
final class UnusableFileException extends IOException {

    private static final long serialVersionUID = 1L;

    UnusableFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
