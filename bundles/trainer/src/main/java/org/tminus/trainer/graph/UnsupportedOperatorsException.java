/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import java.util.List;

/** Thrown when a model has operators that cannot be trained; names all of them at once. */
public final class UnsupportedOperatorsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final List<String> operators;

    UnsupportedOperatorsException(List<String> operators) {
        super("The model has operators that cannot be trained: " + String.join("; ", operators)
                + ". Export it with plain operators, or leave these parts out.");
        this.operators = List.copyOf(operators);
    }

    /** One line for each, with the name of its node. */
    public List<String> operators() {
        return operators;
    }
}
