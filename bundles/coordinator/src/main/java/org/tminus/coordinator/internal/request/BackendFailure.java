/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import org.jspecify.annotations.Nullable;

/** A backend did not answer as it should; another may. Never leaves the coordinator. */
final class BackendFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean blamed;

    /** @param blamed whether it speaks against the backend; not if the platform itself took it away */
    BackendFailure(String message, boolean blamed, @Nullable Throwable cause) {
        super(message, cause);
        this.blamed = blamed;
    }

    boolean isBlamed() {
        return blamed;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
