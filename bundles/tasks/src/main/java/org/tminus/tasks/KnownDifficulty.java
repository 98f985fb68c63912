/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import org.tminus.learning.data.Examples;

/** Examples of which it is known how much there is to work out, so that spent computation can be compared with it. */
public interface KnownDifficulty extends Examples {
    /** The larger the harder; for pointer-chase and signposts the number of hops. */
    int difficulty(int row);
}
