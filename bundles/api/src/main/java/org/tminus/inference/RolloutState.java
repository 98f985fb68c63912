/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

import org.osgi.annotation.versioning.ProviderType;

/** How it stands with one rollout. A snapshot. */
@ProviderType
public interface RolloutState {
    /** The NAME of its configuration {@code org.tminus.rollout~NAME}. */
    String name();

    /** What is tried: {@code policy}, {@code predictor}, {@code backend} or {@code model}. More may follow. */
    String kind();

    /** The name of the service that is tried, or the version of the model. */
    String candidate();

    /** The model that it is for; empty for all. */
    String model();

    /** {@code shadow} or {@code canary}. More may follow. */
    String mode();

    /** The share of requests that go to the candidate, or are repeated with it, 0 to 1. */
    double share();

    /** {@code running}, {@code rolled back} or {@code promoted}. More may follow. */
    String phase();

    /** Why it is in this phase, or what keeps it from going on, as a sentence; empty if there is nothing to say. */
    String reason();

    /** What is in force. */
    RolloutArm control();

    RolloutArm candidateArm();

    /** How many answers of both were compared. */
    long compared();

    /** How many of these differed. */
    long disagreed();

    /** How many requests were drawn, but could not be repeated for lack of room, time or memory. */
    long dropped();

    /** How many requests were drawn while the candidate was not there or in quarantine, and served as all others. */
    long unavailable();
}
