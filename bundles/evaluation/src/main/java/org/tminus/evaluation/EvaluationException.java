/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import org.jspecify.annotations.Nullable;
import org.tminus.failure.TminusException;

/** A model cannot be run or measured; the message says what was found, the advice what to do. */
public final class EvaluationException extends TminusException {
    private static final long serialVersionUID = 1;

    public EvaluationException(String message, String advice) {
        super(message, advice);
    }

    public EvaluationException(String message, String advice, @Nullable Throwable cause) {
        super(message, advice, cause);
    }
}
