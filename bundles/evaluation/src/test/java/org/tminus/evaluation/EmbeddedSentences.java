/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Map;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.tensor.HostTensor;

/** Sentences whose scores are taken for embeddings. */
record EmbeddedSentences(Sentences sentences, double keptCosine) implements EmbeddingExamples {
    @Override
    public int size() {
        return sentences.size();
    }

    @Override
    public String id(int row) {
        return sentences.id(row);
    }

    @Override
    public int label(int row) {
        return -1;
    }

    @Override
    public int length(int row) {
        return sentences.length(row);
    }

    @Override
    public Map<String, HostTensor> inputs(int[] rows) {
        return sentences.inputs(rows);
    }

    @Override
    public Display display(int row) {
        return sentences.display(row);
    }
}
