/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.failure;

import org.jspecify.annotations.Nullable;

/** A strict request named a budget that no path in force meets. */
public class BudgetException extends TminusException {
    private static final long serialVersionUID = 1L;

    /** @see TminusException#TminusException(String, String) */
    public BudgetException(String message, String advice) {
        super(message, advice);
    }

    /** @see TminusException#TminusException(String, String, Throwable) */
    public BudgetException(String message, String advice, @Nullable Throwable cause) {
        super(message, advice, cause);
    }
}
