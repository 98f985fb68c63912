/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.decide;

import java.util.List;

/**
 * How much quality operating points may give up on the decision split.
 *
 * @param name part of their names
 * @param loss allowed difference to full depth, 0 to 1
 */
public record Level(String name, double loss) {
    /** Nothing, 0.3 points, one point, and three for whoever has little to spend. */
    public static final List<Level> STANDARD = List.of(
            new Level("careful", 0),
            new Level("balanced", 0.003),
            new Level("economical", 0.01),
            new Level("frugal", 0.03));

    /** The one that is in force if nobody says otherwise. */
    public static final String DEFAULT = "balanced";
}
