/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.learning.data.ForwardingExamples;

/** Sentences whose scores are taken for embeddings. */
record EmbeddedSentences(Sentences examples, double keptCosine) implements EmbeddingExamples, ForwardingExamples {
    @Override
    public int label(int row) {
        return -1;
    }
}
