/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tensor;

import java.util.Objects;

/** The type of a tensor's elements. */
public record ElementType(String name, int bytes) {
    public ElementType {
        Objects.requireNonNull(name);
    }
}
