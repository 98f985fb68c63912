/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.List;
import java.util.Map;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.EmbeddingExamples;
import org.tminus.tensor.HostTensor;

/**
 * Texts that are answered with embeddings.
 *
 * @param texts the same without that
 * @param keptCosine see {@link EmbeddingExamples#keptCosine()}
 */
record EmbeddedTexts(TextExamples texts, double keptCosine) implements TextExamples, EmbeddingExamples {
    @Override
    public int size() {
        return texts.size();
    }

    @Override
    public String id(int row) {
        return texts.id(row);
    }

    @Override
    public String group(int row) {
        return texts.group(row);
    }

    @Override
    public int label(int row) {
        return -1;
    }

    @Override
    public int length(int row) {
        return texts.length(row);
    }

    @Override
    public Map<String, HostTensor> inputs(int[] rows) {
        return texts.inputs(rows);
    }

    @Override
    public Display display(int row) {
        return texts.display(row);
    }

    @Override
    public String text(int row) {
        return texts.text(row);
    }

    @Override
    public TextExamples withTexts(List<String> changed) {
        return new EmbeddedTexts(texts.withTexts(changed), keptCosine);
    }

    @Override
    public TextExamples ofOtherTexts(List<String> others) {
        return new EmbeddedTexts(texts.ofOtherTexts(others), keptCosine);
    }
}
