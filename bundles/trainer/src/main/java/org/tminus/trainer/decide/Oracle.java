/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

/** Which path would have been enough for each input; it is allowed to look at all answers. */
public final class Oracle {
    private Oracle() {}

    /**
     * The <em>stable</em> oracle: per row the cheapest menu path that answers as full depth does, and after which every
     * costlier path of the menu does so too.
     */
    public static int[] stable(Answers answers, PathMenu menu) {
        int full = menu.exit(menu.size() - 1);
        int[] labels = new int[answers.rows()];
        for (int row = 0; row < labels.length; row++) {
            int label = menu.size() - 1;
            while (label > 0 && answers.answer(menu.exit(label - 1), row) == answers.answer(full, row)) {
                label--;
            }
            labels[row] = label;
        }
        return labels;
    }

    /** The <em>lucky</em> oracle: the cheapest path that happens to agree with full depth; a bound, never a target. */
    public static int[] lucky(Answers answers, PathMenu menu) {
        int full = menu.exit(menu.size() - 1);
        int[] labels = new int[answers.rows()];
        for (int row = 0; row < labels.length; row++) {
            int label = 0;
            while (answers.answer(menu.exit(label), row) != answers.answer(full, row)) {
                label++;
            }
            labels[row] = label;
        }
        return labels;
    }
}
