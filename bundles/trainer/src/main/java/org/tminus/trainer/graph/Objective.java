/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

/** What a model is trained for. */
public enum Objective {
    /** Classes: the output holds logits, examples have labels. */
    CLASSES,
    /**
     * Embeddings: the output is a vector per input, and every path is to point where the finished model's vector points. No
     * labels are read; the teacher's answers are the vectors of the model as it came.
     */
    EMBEDDING
}
