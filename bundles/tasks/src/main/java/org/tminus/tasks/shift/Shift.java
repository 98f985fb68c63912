/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks.shift;

import org.tminus.learning.data.Examples;

/** Changes examples in a way that seed and ids alone decide. Safe for several threads. */
public interface Shift {
    /** What is done, with its strength, for reports: {@code typing-errors-5%}. */
    String name();

    /** Whether the examples are of a kind that this can be done to. */
    boolean fits(Examples examples);

    /**
     * Changed examples; the ones given stay as they are.
     *
     * @throws IllegalArgumentException if they do not fit
     */
    Examples apply(Examples examples);
}
