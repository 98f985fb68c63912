/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.learning.data;

import java.util.Map;
import org.tminus.tensor.HostTensor;

/** Examples that are those of others, but for what is overridden. What comes to {@link Examples} is passed on here, once for all. */
public interface ForwardingExamples extends Examples {
    /** Whose these are. */
    Examples examples();

    @Override
    default int size() {
        return examples().size();
    }

    @Override
    default String id(int row) {
        return examples().id(row);
    }

    @Override
    default String group(int row) {
        return examples().group(row);
    }

    @Override
    default int label(int row) {
        return examples().label(row);
    }

    @Override
    default int length(int row) {
        return examples().length(row);
    }

    @Override
    default Map<String, HostTensor> inputs(int[] rows) {
        return examples().inputs(rows);
    }

    @Override
    default Display display(int row) {
        return examples().display(row);
    }
}
