/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.failure.InvalidRequestException;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.Trace;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Tensor;

/**
 * The result that a client receives.
 *
 * @param borrowed outputs that are the client's own memory, which closing the result does not touch
 */
record Answer(Map<String, Tensor> outputs, List<Trace> traces, Set<String> borrowed) implements InferenceResult {
    Answer(Map<String, Tensor> outputs, List<Trace> traces) {
        this(outputs, traces, Set.of());
    }

    /**
     * The same with outputs copied to the client's own memory. Only the attempt that answers the client may do so: another
     * that was given up may still be at work.
     *
     * @throws InvalidRequestException if that memory cannot be written; what is not the client's is closed then
     */
    Answer into(Map<String, HostTensor> destinations) throws InvalidRequestException {
        if (destinations.isEmpty()) {
            return this;
        }
        Map<String, Tensor> placed = new HashMap<>(outputs);
        try {
            destinations.forEach((name, destination) -> {
                Tensor output = outputs.get(name);
                if (output != null) {
                    destination.write(output);
                    output.close();
                    placed.put(name, destination);
                }
            });
        } catch (IllegalStateException | IllegalArgumentException e) {
            close();
            throw new InvalidRequestException(
                    "A destination cannot be written: " + e.getMessage() + ".",
                    "Keep destinations open until the answer is there.",
                    e);
        }
        return new Answer(placed, traces, destinations.keySet());
    }

    @Override
    public void close() {
        outputs.forEach((name, tensor) -> {
            if (!borrowed.contains(name)) {
                tensor.close();
            }
        });
    }
}
