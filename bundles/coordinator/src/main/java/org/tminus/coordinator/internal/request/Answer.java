/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Trace;
import org.tminus.tensor.Tensor;

/**
 * The result that a client receives.
 *
 * @param borrowed outputs that are the client's own memory, which closing the result does not touch
 */
record Answer(Map<String, Tensor> outputs, List<Trace> traces, Set<String> borrowed) implements InferenceResult {
    @Override
    public void close() {
        outputs.forEach((name, tensor) -> {
            if (!borrowed.contains(name)) {
                tensor.close();
            }
        });
    }
}
