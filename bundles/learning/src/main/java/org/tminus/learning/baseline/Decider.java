/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.baseline;

import org.tminus.learning.outcome.Choices;
import org.tminus.learning.outcome.Outcomes;

/** A way of deciding with all parameters set. Gives the same choices for the same outcomes. */
@FunctionalInterface
public interface Decider {
    /**
     * Decides every example.
     *
     * @param outcomes of any split, over the menu that this was fitted for
     * @return paths and all that was spent: stem, layers, every exit head read, predictor, the decision itself
     */
    Choices decide(Outcomes outcomes);
}
