/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.data;

import java.util.EnumSet;
import java.util.Set;

/** What somebody wants data for; it says which splits may be opened. */
public enum Purpose {
    /** Training and everything that is chosen: trunk and decision. */
    TRAINING,
    /** Certifying a finished model. */
    CERTIFYING,
    /** Reporting figures of a finished model. */
    REPORTING;

    /** The splits that may be opened for this purpose; a fresh set. */
    public Set<Split> allowed() {
        return switch (this) {
            case TRAINING -> EnumSet.of(Split.TRUNK, Split.DECISION);
            case CERTIFYING -> EnumSet.of(Split.CALIBRATION);
            case REPORTING -> EnumSet.of(Split.TEST);
        };
    }

    /** @throws SplitAccessException if the split may not be opened for this purpose */
    public void check(Split split) {
        if (!allowed().contains(split)) {
            throw new SplitAccessException(split, this);
        }
    }
}
