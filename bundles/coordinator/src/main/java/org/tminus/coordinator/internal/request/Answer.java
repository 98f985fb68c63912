/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.failure.BackendException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
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
     * @throws InvalidRequestException if that memory cannot be written
     * @throws BackendException if an output cannot be read; what is not the client's is closed in both cases
     */
    Answer into(Map<String, HostTensor> destinations) throws TminusException {
        if (destinations.isEmpty()) {
            return this;
        }
        Map<String, Tensor> placed = new HashMap<>(outputs);
        for (Map.Entry<String, HostTensor> entry : destinations.entrySet()) {
            Tensor output = outputs.get(entry.getKey());
            if (output != null) {
                try {
                    copy(output, entry.getValue());
                } catch (TminusException e) {
                    close();
                    throw e;
                }
                placed.put(entry.getKey(), entry.getValue());
            }
        }
        destinations.keySet().forEach(name -> OutputCheck.close(outputs.get(name)));
        return new Answer(placed, traces, destinations.keySet());
    }

    private static void copy(Tensor output, HostTensor destination) throws TminusException {
        ByteBuffer target;
        try {
            target = destination.writableBuffer();
        } catch (IllegalStateException e) {
            throw new InvalidRequestException(
                    "A destination cannot be written: " + e.getMessage() + ".",
                    "Keep destinations open until the answer is there.",
                    e);
        }
        try {
            target.put(output.buffer());
        } catch (RuntimeException | Error e) {
            throw new BackendException(
                    "An output cannot be read any more: " + Failures.describe(e), "See the log of the backend.", e);
        }
    }

    @Override
    public void close() {
        outputs.forEach((name, tensor) -> {
            if (!borrowed.contains(name)) {
                OutputCheck.close(tensor);
            }
        });
    }
}
