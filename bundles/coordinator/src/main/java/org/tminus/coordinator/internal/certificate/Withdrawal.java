/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.certificate;

import java.time.Instant;
import java.util.Optional;

/**
 * The end of one point's certificate at run time.
 *
 * @param at the wall clock
 * @param limit the share of disagreement that was promised
 * @param compared how many answers had been compared with full depth
 * @param disagreed how many of these differed
 */
public record Withdrawal(PointId id, Instant at, double limit, long compared, long disagreed) {
    /** Whether a point is under this withdrawal: it is the very one, or one of that name on data that may be from before. */
    boolean holdsFor(PointId other, Optional<Instant> dataSince) {
        return id.equals(other)
                || (id.model().equals(other.model())
                        && id.point().equals(other.point())
                        && (dataSince.isEmpty() || dataSince.get().isBefore(at)));
    }

    /** Why, as a sentence. */
    public String reason() {
        return "The certificate for operating point '" + id.point() + "' was withdrawn at " + at + ": " + disagreed
                + " of " + compared + " answers differed from full depth, where a share of " + limit
                + " was promised. A certificate counts again if its data are from after that.";
    }
}
