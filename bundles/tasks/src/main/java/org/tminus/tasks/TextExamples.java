/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

import java.util.List;
import org.tminus.learning.data.Examples;

/** Examples made from texts, which can be made again from changed ones. */
public interface TextExamples extends Examples {
    /** What was written. */
    String text(int row);

    /**
     * The same examples, ids and labels with other texts: what somebody meant the same by, such as one with typing errors.
     *
     * @param texts as many as there are examples
     */
    TextExamples withTexts(List<String> texts);

    /** Examples made from texts of which nobody knows the class; their labels are -1. */
    TextExamples ofOtherTexts(List<String> texts);
}
