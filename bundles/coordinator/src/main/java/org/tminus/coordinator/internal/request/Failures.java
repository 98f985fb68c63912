/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

/** How a plugin's failure reads in a message. */
final class Failures {
    private Failures() {}

    static String describe(Throwable failure) {
        String message = failure.getMessage();
        boolean plain = failure instanceof org.tminus.failure.TminusException && message != null;
        return plain ? String.valueOf(message) : failure.toString();
    }
}
