/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.Map;
import java.util.Set;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** Whether a backend gave what was asked for. Stateless. */
final class OutputCheck {
    private OutputCheck() {}

    /** @throws BackendFailure if an output is missing, or of another type, shape or place; all are closed then */
    static void check(AdaptiveModel model, Set<String> requested, int rows, Map<String, Tensor> outputs)
            throws BackendFailure {
        String problem = outputs == null ? "it gave no outputs" : problem(model, requested, rows, outputs);
        if (!problem.isEmpty()) {
            if (outputs != null) {
                outputs.values().forEach(Tensor::close);
            }
            throw new BackendFailure(problem, true, null);
        }
    }

    private static String problem(AdaptiveModel model, Set<String> requested, int rows, Map<String, Tensor> outputs) {
        for (String name : requested) {
            Tensor tensor = outputs.get(name);
            if (tensor == null) {
                return "output '" + name + "' is missing";
            }
            TensorSpec spec = model.signature().output(name).orElseThrow();
            Shape shape = tensor.shape();
            if (!tensor.elementType().equals(spec.elementType())
                    || !spec.accepts(shape)
                    || shape.rank() == 0
                    || shape.dimension(0) != rows) {
                return "output '" + name + "' is " + tensor.elementType() + shape + " instead of " + spec.elementType()
                        + spec.dimensions() + " with " + rows + " rows";
            }
            if (!tensor.location().isHost()) {
                return "output '" + name + "' is on " + tensor.location() + " instead of the host";
            }
        }
        return "";
    }

    /** Whether a row of an output holds NaN or infinity. */
    static boolean isBad(Map<String, Tensor> outputs, int firstRow, int rows) {
        for (Tensor tensor : outputs.values()) {
            if (Tensors.hasNonFinite(tensor, firstRow, rows)) {
                return true;
            }
        }
        return false;
    }
}
