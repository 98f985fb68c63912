/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.rollout;

import org.tminus.inference.RolloutArm;
import org.tminus.inference.RolloutState;

/** How it stood with a rollout at one moment. Immutable. */
record RolloutSnapshot(
        String name,
        String kind,
        String candidate,
        String model,
        String mode,
        double share,
        String phase,
        String reason,
        RolloutArm control,
        RolloutArm candidateArm,
        long compared,
        long disagreed,
        long dropped,
        long unavailable)
        implements RolloutState {}
