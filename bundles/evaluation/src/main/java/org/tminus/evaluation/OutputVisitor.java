/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

/** Sees what every exit of a trie gives, batch by batch. */
@FunctionalInterface
public interface OutputVisitor {
    /**
     * Called once for every node with an exit and every batch; a node after its parent for the same batch.
     *
     * @param node number in the trie
     * @param rows the examples of the batch
     * @param values the first output, row by row; not kept by the caller
     * @throws EvaluationException if the values cannot be used
     */
    void accept(int node, int[] rows, float[] values) throws EvaluationException;
}
