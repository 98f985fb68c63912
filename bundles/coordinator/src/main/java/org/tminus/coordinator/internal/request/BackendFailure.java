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
    private final boolean atCheckpoint;

    /** @param blamed whether it speaks against the backend; not if the platform itself took it away */
    BackendFailure(String message, boolean blamed, @Nullable Throwable cause) {
        this(message, blamed, false, cause);
    }

    private BackendFailure(String message, boolean blamed, boolean atCheckpoint, @Nullable Throwable cause) {
        super(message, cause);
        this.blamed = blamed;
        this.atCheckpoint = atCheckpoint;
    }

    /** The same, of what a policy asked for on the way: a run that asks for nothing may still do. */
    BackendFailure atCheckpoint() {
        return new BackendFailure(reason(), blamed, true, getCause());
    }

    boolean isAtCheckpoint() {
        return atCheckpoint;
    }

    boolean isBlamed() {
        return blamed;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
