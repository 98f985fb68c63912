/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

/** The operands of an operator do not fit each other for the chosen sizes. Private to inference; carries no stack. */
final class ShapeConflict extends Exception {
    private static final long serialVersionUID = 1L;

    ShapeConflict(String message) {
        super(message, null, false, false);
    }
}
