/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.data;

/**
 * Examples that a model answers with an embedding, a vector whose direction counts, rather than with a class. Nobody knows
 * the right one; what is asked is whether an answer points where that of full depth does.
 */
public interface EmbeddingExamples extends Examples {
    /** An answer whose cosine to that of full depth is at least this counts as the same; above 0, below 1. */
    double keptCosine();
}
