/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import org.jspecify.annotations.Nullable;

/**
 * One dimension of a shape: a fixed size, or a symbol.
 *
 * @param size the number of elements, or -1 where it is not fixed
 * @param symbol the name of a dimension that is not fixed ({@code ?} where nothing is known of it); null where the size is fixed
 */
public record Dimension(long size, @Nullable String symbol) {

    /** @throws IllegalArgumentException if both or neither of size and symbol are given */
    public Dimension {
        if ((size >= 0) == (symbol != null)) {
            throw new IllegalArgumentException("a dimension has either a size or a symbol: " + size + ", " + symbol);
        }
    }

    /** A dimension of a fixed size. */
    public static Dimension fixed(long size) {
        return new Dimension(size, null);
    }

    /** A dimension that a symbol names. */
    public static Dimension symbolic(String symbol) {
        return new Dimension(-1, symbol);
    }

    /** Whether the size is fixed. */
    public boolean isFixed() {
        return symbol == null;
    }

    /** As JSON has it: a {@link Long} or a {@link String}. */
    public Object json() {
        return symbol == null ? (Object) size : symbol;
    }

    @Override
    public String toString() {
        return symbol == null ? Long.toString(size) : symbol;
    }
}
