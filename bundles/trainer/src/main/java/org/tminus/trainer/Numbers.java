/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import org.tminus.trainer.pipeline.PipelineOptions.PolicyEffort;

/** Checks numbers that people give, by the names of their options. */
final class Numbers {
    private Numbers() {}

    static void atLeast(int least, String option, int value) {
        if (value < least) {
            throw new IllegalArgumentException(option + " is " + least + " or more, not " + value + ".");
        }
    }

    static PolicyEffort effort(int seeds, int updates) {
        atLeast(0, "--policy-seeds", seeds);
        atLeast(0, "--policy-updates", updates);
        return seeds == 0 ? PolicyEffort.NONE : new PolicyEffort(seeds, updates);
    }
}
