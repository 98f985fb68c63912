/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import java.util.Map;
import org.tminus.learning.data.Display;
import org.tminus.learning.data.Examples;
import org.tminus.tensor.HostTensor;

/** Sentences of which some at a time belong together. */
record GroupedSentences(Sentences sentences, int each) implements Examples {
    @Override
    public int size() {
        return sentences.size();
    }

    @Override
    public String id(int row) {
        return sentences.id(row);
    }

    @Override
    public String group(int row) {
        return sentences.id(row / each * each);
    }

    @Override
    public int label(int row) {
        return sentences.label(row);
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
