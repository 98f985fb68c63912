/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation;

import org.tminus.learning.data.ForwardingExamples;

/** Sentences of which some at a time belong together. */
record GroupedSentences(Sentences examples, int each) implements ForwardingExamples {
    @Override
    public String group(int row) {
        return examples.id(row / each * each);
    }
}
