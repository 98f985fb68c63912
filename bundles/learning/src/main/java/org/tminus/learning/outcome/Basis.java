/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.outcome;

/** When an answer counts as kept. */
public enum Basis {
    /** It is the right one; needs labels. */
    RIGHT,
    /** It is the one of full depth; needs no labels. */
    AGREES;

    /** {@link #RIGHT} where every example has a label, else {@link #AGREES}. */
    public static Basis of(Outcomes outcomes) {
        return outcomes.isLabelled() ? RIGHT : AGREES;
    }

    /** Whether the answer at a node of the trie, not the root, is kept. */
    public boolean isKept(Outcomes outcomes, int node, int row) {
        int wanted = this == RIGHT ? outcomes.truth(row) : outcomes.answer(outcomes.fullDepthNode(), row);
        return outcomes.answer(node, row) == wanted;
    }

    /** Whether the answer of a path of the menu is kept. */
    public boolean isPathKept(Outcomes outcomes, int path, int row) {
        return isKept(outcomes, outcomes.trie().end(path).index(), row);
    }

    /** The share of kept answers, 0 to 1. */
    public double quality(Choices choices) {
        return this == RIGHT ? choices.accuracy() : choices.agreement();
    }
}
