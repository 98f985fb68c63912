/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tminus.backend.RunControl;
import org.tminus.failure.TminusException;
import org.tminus.model.Exit;
import org.tminus.model.Path;
import org.tminus.tensor.Tensor;

/** A whole path as one native graph. Thread-safe. */
final class CompiledPath extends RefCounted {
    private final ModelContext context;
    private final Exit exit;
    private final NativeGraph graph;
    private final long weightBytes;
    private volatile long lastUsedNanos = System.nanoTime();

    private CompiledPath(ModelContext context, Exit exit, NativeGraph graph, long weightBytes) {
        this.context = context;
        this.exit = exit;
        this.graph = graph;
        this.weightBytes = weightBytes;
    }

    static CompiledPath open(ModelContext context, Path path) throws TminusException {
        Exit exit = context.model().exit(path.exit()).orElseThrow();
        long weightBytes = context.weights().own(context.model().cost(path).weightBytes());
        String what = "path " + path;
        NativeGraph graph = context.graphs().isWholeFile(path)
                ? NativeGraph.openModelFile(context, what, weightBytes)
                : NativeGraph.open(context, what, () -> context.graphs().path(path), weightBytes);
        return new CompiledPath(context, exit, graph, weightBytes);
    }

    /** With folded operators; empty if there is nothing to fold. */
    static Optional<CompiledPath> openFolded(ModelContext context, Path path) throws TminusException {
        Exit exit = context.model().exit(path.exit()).orElseThrow();
        long weightBytes = context.weights().own(context.model().cost(path).weightBytes());
        return NativeGraph.openFolded(
                        context, "path " + path, () -> context.graphs().path(path), weightBytes)
                .map(graph -> new CompiledPath(context, exit, graph, weightBytes));
    }

    long weightBytes() {
        return weightBytes;
    }

    /** The names of what it answers. */
    String[] outputs() {
        return exit.outputs().keySet().toArray(String[]::new);
    }

    long lastUsedNanos() {
        return lastUsedNanos;
    }

    /** The caller holds the path meanwhile. */
    Map<String, Tensor> run(Map<String, Tensor> inputs, RunControl control) throws TminusException {
        int rows = context.inputs().rows(inputs);
        context.inputs().outputs(exit, control.requestedOutputs());
        lastUsedNanos = System.nanoTime();
        Map<String, OnnxTensor> values = new HashMap<>();
        try (Termination termination = context.watch(control)) {
            try {
                for (Map.Entry<String, Tensor> entry : inputs.entrySet()) {
                    values.put(entry.getKey(), Tensors.toNative(context.environment(), entry.getValue()));
                }
            } catch (OrtException e) {
                throw context.failure("reading the inputs", e, control, termination);
            }
            return graph.answer(values, rows, context.inputs().size(inputs), control, termination);
        } finally {
            values.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    void free() {
        graph.close();
    }
}
