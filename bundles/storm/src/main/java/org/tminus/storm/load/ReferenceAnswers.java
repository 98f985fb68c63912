/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import org.jspecify.annotations.Nullable;
import org.tminus.model.Path;

/** What a path answers when it runs alone, without the platform. Thread-safe. */
public interface ReferenceAnswers {
    /**
     * @param input the number of the input
     * @return null if the path was not run beforehand
     */
    float @Nullable [] known(Weights weights, int input, Path path);

    /**
     * The same, run now if need be.
     *
     * @throws Exception if the path cannot be run
     */
    float[] computed(Weights weights, int input, Path path) throws Exception;
}
