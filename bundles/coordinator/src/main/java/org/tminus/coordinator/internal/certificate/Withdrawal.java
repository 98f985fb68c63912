/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.certificate;

import java.time.Instant;

/**
 * The end of one point's certificate at run time.
 *
 * @param at the wall clock, for people
 * @param limit the share of disagreement that was promised
 * @param compared how many answers had been compared with full depth
 * @param disagreed how many of these differed
 */
public record Withdrawal(PointId id, Instant at, double limit, long compared, long disagreed) {
    /** Why, as a sentence. */
    public String reason() {
        return "The certificate for operating point '" + id.point() + "' was withdrawn at " + at + ": " + disagreed
                + " of " + compared + " answers differed from full depth, where a share of " + limit
                + " was promised.";
    }
}
