/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

/** The steps of a request that a {@link Trace} times. More may follow; handle unknown ones. */
public enum Step {
    /** Waiting for a worker. */
    QUEUE,
    /** Complexity predictor. */
    PREDICT,
    /** Policy, all its calls. */
    DECIDE,
    /** Backend, all its calls. */
    RUN,
    /** From submission to the answer. */
    TOTAL
}
