/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.TensorInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tminus.failure.BackendException;
import org.tminus.model.Path;
import org.tminus.model.TensorSpec;

/**
 * Loads full depth once, before a session is handed out. A model that the library cannot load, or whose graph is not what its description says,
 * would otherwise take over from one that works, and fail with the first request.
 */
final class LoadCheck {
    private static final String ADVICE =
            "Make the model file again from a graph and a description that belong together.";

    private LoadCheck() {}

    /** @throws BackendException if the model cannot answer what its signature promises */
    static void check(ModelContext context) throws BackendException {
        Path path = context.model().fullDepth();
        // Its weights count for nobody, since they go again at once.
        try (NativeGraph graph = context.graphs().isWholeFile(path)
                ? NativeGraph.openModelFile(context, "full depth", 0)
                : NativeGraph.open(context, "full depth", () -> context.graphs().path(path), 0)) {
            Map<String, NodeInfo> inputs = graph.inputs();
            for (TensorSpec spec : context.model().signature().inputs()) {
                // An input that no part reads is left out of a composed graph.
                if (inputs.containsKey(spec.name())) {
                    compare(context, "input", spec, inputs);
                }
            }
            for (String needed : inputs.keySet()) {
                if (context.model().signature().input(needed).isEmpty()) {
                    throw new BackendException(
                            "Model " + context.model().name() + " "
                                    + context.model().version() + ": its graph takes the input " + needed
                                    + ", which its description does not have.",
                            ADVICE);
                }
            }
            Map<String, NodeInfo> outputs = graph.outputs();
            for (TensorSpec spec : context.model().signature().outputs()) {
                compare(context, "output", spec, outputs);
            }
        }
    }

    private static void compare(ModelContext context, String kind, TensorSpec spec, Map<String, NodeInfo> found)
            throws BackendException {
        NodeInfo info = found.get(spec.name());
        if (info == null) {
            throw contradiction(context, kind, spec, "has none of that name");
        }
        if (!(info.getInfo() instanceof TensorInfo tensor)) {
            throw contradiction(context, kind, spec, "has " + info.getInfo());
        }
        Optional<String> type = Tensors.typeName(tensor);
        if (type.isPresent() && !type.get().equals(spec.elementType().name())) {
            throw contradiction(context, kind, spec, "has elements of " + type.get());
        }
        long[] shape = tensor.getShape();
        if (!fits(spec.dimensions(), shape)) {
            throw contradiction(context, kind, spec, "has the shape " + java.util.Arrays.toString(shape));
        }
    }

    /** Sizes that either side leaves open fit any other. */
    static boolean fits(List<Long> promised, long[] shape) {
        if (promised.size() != shape.length) {
            return false;
        }
        for (int axis = 0; axis < shape.length; axis++) {
            long expected = promised.get(axis);
            if (expected != TensorSpec.ANY && shape[axis] >= 0 && shape[axis] != expected) {
                return false;
            }
        }
        return true;
    }

    private static BackendException contradiction(ModelContext context, String kind, TensorSpec spec, String found) {
        return new BackendException(
                "Model " + context.model().name() + " " + context.model().version() + ": its description has the "
                        + kind + " " + spec.name() + " of " + spec.elementType() + spec.dimensions()
                        + ", but its graph " + found + ".",
                ADVICE);
    }
}
