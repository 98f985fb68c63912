/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import org.jspecify.annotations.Nullable;
import org.tminus.failure.TminusException;

/** Ends a command: one sentence that says what is wrong, and one that says what to do. */
public final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1L;

    public CommandFailure(String message, String advice) {
        this(message, advice, null);
    }

    public CommandFailure(String message, String advice, @Nullable Throwable cause) {
        super(advice.isEmpty() ? message : message + " " + advice, cause);
    }

    /** The same failure in the shell's words. */
    public static CommandFailure of(TminusException failure) {
        return new CommandFailure(String.valueOf(failure.getMessage()), failure.advice(), failure);
    }

    /** A service that a command cannot do without. */
    public static <T> T required(@Nullable T service, String what, String bundle) throws CommandFailure {
        if (service == null) {
            throw new CommandFailure(
                    "There is no " + what + ".",
                    "Check that the bundle " + bundle + " is active: bundle:list, bundle:diag.");
        }
        return service;
    }
}
