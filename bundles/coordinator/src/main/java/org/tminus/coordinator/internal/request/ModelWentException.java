/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import org.tminus.failure.TminusException;

/** The model was removed while its backend failed, so no other one can open it; another version may answer. */
final class ModelWentException extends TminusException {
    private static final long serialVersionUID = 1L;

    ModelWentException() {
        super("The model was removed while it was at work.", "Send the request again.");
    }
}
