/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.training;

import org.osgi.annotation.versioning.ConsumerType;

/** Hears of progress, on the training's own thread; it must be quick. */
@ConsumerType
@FunctionalInterface
public interface TrainingListener {
    void progressed(TrainingProgress progress);
}
