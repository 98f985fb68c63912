/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.method;

/** How reports name the kinds of ways to decide. */
public final class Kind {
    public static final String FULL = "full";
    public static final String STATIC = "static";
    public static final String RANDOM = "random";
    public static final String CONFIDENCE = "confidence";
    public static final String OPEN_LOOP = "open-loop";
    public static final String LEARNED_OPEN = "lstm-ppo-open";
    public static final String LEARNED_CLOSED = "lstm-ppo-closed";
    public static final String ORACLE = "oracle";

    private Kind() {}

    /** Whether it is a policy that was trained by reinforcement. */
    public static boolean isLearned(String kind) {
        return kind.equals(LEARNED_OPEN) || kind.equals(LEARNED_CLOSED);
    }
}
