/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import org.osgi.annotation.versioning.ProviderType;

/** What was counted for one side of a rollout, since it started. A snapshot. */
@ProviderType
public interface RolloutArm {
    /** How many requests it took. */
    long requests();

    /** How many of these failed, or needed a fall-back because of what is tried. */
    long errors();

    /** Mean time at work on a request, without waiting, in nanoseconds; NaN before the first. */
    double meanNanos();

    /** The time at work that 95 % of the requests did not exceed, in nanoseconds, within 7 %; NaN before the first. */
    double p95Nanos();
}
