/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.evaluation.ort.OrtGraph;
import org.tminus.evaluation.ort.OrtTensors;
import org.tminus.onnxruntime.OnnxRuntime;
import org.tminus.tensor.HostTensor;

/** One graph on ONNX Runtime, without the platform: what somebody would run who wants this model and nothing else. */
public final class PlainServer implements Server {
    private final OnnxRuntime runtime;
    private final OrtGraph graph;
    private final String output;
    private final @Nullable PlainServer loaded;

    /**
     * @param graph is closed with this
     * @param output with one score per class
     */
    public PlainServer(OnnxRuntime runtime, OrtGraph graph, String output) {
        this(runtime, graph, output, null);
    }

    /** @param loaded answers at full load; closed with this; null for this one */
    public PlainServer(OnnxRuntime runtime, OrtGraph graph, String output, @Nullable PlainServer loaded) {
        this.runtime = runtime;
        this.graph = graph;
        this.output = output;
        this.loaded = loaded;
    }

    @Override
    public Server underLoad() {
        return loaded == null ? this : loaded;
    }

    @Override
    public long lingerNanos() {
        return graph.lingerNanos();
    }

    @Override
    public Answer answer(Map<String, HostTensor> input, int row) throws EvaluationException {
        Map<String, OnnxTensor> values = null;
        try {
            values = OrtTensors.of(runtime.environment(), input);
            try (OrtSession.Result result = graph.run(values)) {
                return Answer.of(Scores.best(graph.output(result, output).getFloatBuffer()));
            }
        } catch (OrtException e) {
            throw new EvaluationException("An input cannot be used: " + e.getMessage(), "Check its type.", e);
        } finally {
            if (values != null) {
                values.values().forEach(OnnxTensor::close);
            }
        }
    }

    @Override
    public void close() {
        graph.close();
        if (loaded != null) {
            loaded.close();
        }
    }
}
