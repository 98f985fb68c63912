/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tensor;

import java.util.Arrays;

/** The dimensions of a tensor, all known and not negative. The first one is the batch. Immutable. */
public final class Shape {
    private final long[] dimensions;

    private Shape(long[] dimensions) {
        this.dimensions = dimensions;
    }

    /**
     * @param dimensions each at least 0; none for a scalar
     * @throws IllegalArgumentException if a dimension is negative or the number of elements does not fit in a long
     */
    public static Shape of(long... dimensions) {
        Shape shape = new Shape(dimensions.clone());
        for (long dimension : dimensions) {
            if (dimension < 0) {
                throw new IllegalArgumentException("A dimension is negative in " + shape);
            }
        }
        try {
            shape.elementCount();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("Too many elements in " + shape, e);
        }
        return shape;
    }

    public int rank() {
        return dimensions.length;
    }

    /**
     * @param axis 0 to {@code rank() - 1}
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public long dimension(int axis) {
        return dimensions[axis];
    }

    /** The product of the dimensions; 1 for a scalar. */
    public long elementCount() {
        long count = 1;
        boolean empty = false;
        for (long dimension : dimensions) {
            if (dimension == 0) {
                empty = true;
            } else {
                count = Math.multiplyExact(count, dimension);
            }
        }
        return empty ? 0 : count;
    }

    /** The same shape with another first dimension. */
    public Shape withBatch(long rows) {
        if (dimensions.length == 0) {
            throw new IllegalStateException("A scalar has no batch dimension");
        }
        long[] changed = dimensions.clone();
        changed[0] = rows;
        return of(changed);
    }

    /** A copy of the dimensions. */
    public long[] toArray() {
        return dimensions.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape that && Arrays.equals(dimensions, that.dimensions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dimensions);
    }

    @Override
    public String toString() {
        return Arrays.toString(dimensions);
    }
}
