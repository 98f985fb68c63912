/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.List;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.learning.data.ForwardingExamples;

/**
 * Texts that are answered with embeddings.
 *
 * @param examples the same without that
 * @param keptCosine see {@link EmbeddingExamples#keptCosine()}
 */
record EmbeddedTexts(TextExamples examples, double keptCosine)
        implements TextExamples, EmbeddingExamples, ForwardingExamples {
    @Override
    public int label(int row) {
        return -1;
    }

    @Override
    public String text(int row) {
        return examples.text(row);
    }

    @Override
    public TextExamples withTexts(List<String> changed) {
        return new EmbeddedTexts(examples.withTexts(changed), keptCosine);
    }

    @Override
    public TextExamples ofOtherTexts(List<String> others) {
        return new EmbeddedTexts(examples.ofOtherTexts(others), keptCosine);
    }
}
