/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm;

/** Plugins that break a promise on purpose, so that it shows that the harness sees it. */
public enum Sabotage {
    /** None: the honest storm. */
    NONE,
    /** Each instance of a plugin leaves a thread behind. */
    LEAKS_THREADS,
    /** Each instance of a plugin keeps its class loader reachable. */
    LEAKS_CLASS_LOADERS,
    /** A backend answers, now and then, with numbers that look right. */
    WRONG_ANSWERS,
    /** A backend refuses good requests as invalid, so that the platform has nobody else answer them. */
    DROPPED_REQUESTS;

    /** Whether what a backend answers is spoilt. */
    public boolean concernsAnswers() {
        return this == WRONG_ANSWERS || this == DROPPED_REQUESTS;
    }
}
