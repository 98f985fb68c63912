/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.model;

import java.util.List;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.Shape;

/**
 * Name, type and shape of an input or output.
 *
 * @param name as in the model's graph
 * @param elementType what it holds
 * @param dimensions {@link #ANY} where the size is free; the first one is the batch
 */
public record TensorSpec(String name, ElementType elementType, List<Long> dimensions) {
    /** A dimension whose size is free. */
    public static final long ANY = -1;

    public TensorSpec {
        dimensions = List.copyOf(dimensions);
    }

    /** Whether a tensor of this shape fits. */
    public boolean accepts(Shape shape) {
        if (shape.rank() != dimensions.size()) {
            return false;
        }
        for (int axis = 0; axis < shape.rank(); axis++) {
            long expected = dimensions.get(axis);
            if (expected != ANY && expected != shape.dimension(axis)) {
                return false;
            }
        }
        return true;
    }
}
