/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tck;

import java.util.Locale;

/** What is wrong with a plugin: what was found, what was expected, and what to do about it. */
public final class Finding extends AssertionError {
    private static final long serialVersionUID = 1L;

    private Finding(String message, Throwable cause) {
        super(message, cause);
    }

    private Finding(String message) {
        super(message);
    }

    /**
     * @param found as a sentence
     * @param expected as a sentence
     * @param advice as a sentence
     */
    public static Finding of(String found, String expected, String advice) {
        return new Finding(text(found, expected, advice));
    }

    /** @param cause what the plugin threw */
    public static Finding of(String found, String expected, String advice, Throwable cause) {
        return new Finding(text(found, expected, advice), cause);
    }

    private static String text(String found, String expected, String advice) {
        return String.format(Locale.ROOT, "Found: %s%nExpected: %s%nWhat to do: %s", found, expected, advice);
    }
}
