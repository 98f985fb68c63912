/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import org.jspecify.annotations.Nullable;

/** A policy, or the predictor that it asked, did not decide as it should. Never leaves the coordinator. */
final class PolicyFailure extends Exception {
    private static final long serialVersionUID = 1L;

    PolicyFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
