/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.nio.FloatBuffer;

/** What the platform shows to policies of scores. */
public final class ShownProbabilities {
    private ShownProbabilities() {}

    public static float[] of(float[] scores) {
        return Tensors.softmax(FloatBuffer.wrap(scores), scores.length, 0);
    }
}
