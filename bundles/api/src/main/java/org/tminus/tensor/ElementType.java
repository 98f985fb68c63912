/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tensor;

import java.util.Locale;

/**
 * The type of a tensor's elements. The set is open: a backend may bring types of its own, so compare with
 * {@link #equals(Object)} and expect names that are not listed here.
 *
 * @param name lower-case name, for example {@code float32}
 * @param bytes bytes per element; 0 for types without a fixed width, such as {@link #STRING}
 */
public record ElementType(String name, int bytes) {
    public static final ElementType BOOL = new ElementType("bool", 1);
    public static final ElementType INT8 = new ElementType("int8", 1);
    public static final ElementType UINT8 = new ElementType("uint8", 1);
    public static final ElementType INT16 = new ElementType("int16", 2);
    public static final ElementType UINT16 = new ElementType("uint16", 2);
    public static final ElementType INT32 = new ElementType("int32", 4);
    public static final ElementType UINT32 = new ElementType("uint32", 4);
    public static final ElementType INT64 = new ElementType("int64", 8);
    public static final ElementType UINT64 = new ElementType("uint64", 8);
    public static final ElementType FLOAT16 = new ElementType("float16", 2);
    public static final ElementType BFLOAT16 = new ElementType("bfloat16", 2);
    public static final ElementType FLOAT32 = new ElementType("float32", 4);
    public static final ElementType FLOAT64 = new ElementType("float64", 8);
    public static final ElementType STRING = new ElementType("string", 0);

    /** @throws IllegalArgumentException if the name is empty or not in lower case, or {@code bytes} is negative */
    public ElementType {
        if (name.isEmpty() || !name.equals(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("An element type has a name in lower case, got '" + name + "'");
        }
        if (bytes < 0) {
            throw new IllegalArgumentException("An element of " + name + " cannot have " + bytes + " bytes");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
