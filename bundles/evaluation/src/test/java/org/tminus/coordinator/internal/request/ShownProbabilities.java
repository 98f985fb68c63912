/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

/** What the platform shows to policies of scores. */
public final class ShownProbabilities {
    private ShownProbabilities() {}

    public static float[] of(float[] scores) {
        return Tensors.softmax(HostTensor.ofFloats(Shape.of(1, scores.length), scores), 0);
    }
}
