/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.evaluation.EvaluationException;
import org.tminus.onnx.SegmentGraph;
import org.tminus.onnxruntime.OnnxRuntime;

/** One graph on ONNX Runtime, with the process's thread pool and all optimisations. Safe for concurrent runs. */
public final class OrtGraph implements AutoCloseable {
    /** Where a graph that is given as bytes finds its external weights. */
    private static final String WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path";

    private final String what;
    private final OrtSession session;
    private final Set<String> inputs;
    private final long lingerNanos;
    private final String hiddenInput;

    private OrtGraph(String what, OrtSession session, long lingerNanos, String hiddenInput) {
        this.what = what;
        this.session = session;
        this.lingerNanos = lingerNanos;
        this.inputs = Set.copyOf(session.getInputNames());
        this.hiddenInput = hiddenInput;
    }

    private interface Source {
        OrtSession open(SessionOptions options) throws OrtException;
    }

    /** @param folder of the external weights; null if there are none */
    public static OrtGraph of(OnnxRuntime runtime, String what, SegmentGraph segment, @Nullable Path folder)
            throws EvaluationException {
        return of(runtime, what, segment, folder, Threads.PROCESS_POOL);
    }

    /** With threads of a kind. */
    public static OrtGraph of(
            OnnxRuntime runtime, String what, SegmentGraph segment, @Nullable Path folder, Threads threads)
            throws EvaluationException {
        byte[] bytes = segment.toBytes();
        return open(
                runtime,
                what,
                threads,
                options -> {
                    if (segment.hasExternalData() && folder != null) {
                        options.addConfigEntry(
                                WEIGHTS_FOLDER, folder.toAbsolutePath().toString());
                    }
                    return runtime.environment().createSession(bytes, options);
                },
                segment.hiddenInput().orElse(""));
    }

    /** A model file as it is. */
    public static OrtGraph of(OnnxRuntime runtime, String what, Path file) throws EvaluationException {
        return of(runtime, what, file, Threads.PROCESS_POOL);
    }

    /** A model file as it is, with threads of a kind. */
    public static OrtGraph of(OnnxRuntime runtime, String what, Path file, Threads threads) throws EvaluationException {
        return of(runtime, what, file, threads, OptLevel.ALL_OPT);
    }

    /** A model file as it is, with threads of a kind and optimisations up to a level. */
    public static OrtGraph of(OnnxRuntime runtime, String what, Path file, Threads threads, OptLevel optimisation)
            throws EvaluationException {
        return open(
                runtime,
                what,
                threads,
                options -> {
                    options.setOptimizationLevel(optimisation);
                    return runtime.environment().createSession(file.toString(), options);
                },
                "");
    }

    /** A model without external weights. */
    public static OrtGraph of(OnnxRuntime runtime, String what, byte[] model) throws EvaluationException {
        return open(
                runtime,
                what,
                Threads.PROCESS_POOL,
                options -> runtime.environment().createSession(model, options),
                "");
    }

    private static OrtGraph open(OnnxRuntime runtime, String what, Threads threads, Source source, String hiddenInput)
            throws EvaluationException {
        try (SessionOptions options = threads.options(runtime)) {
            options.setOptimizationLevel(OptLevel.ALL_OPT);
            return new OrtGraph(what, source.open(options), threads.lingerNanos(runtime), hiddenInput);
        } catch (OrtException e) {
            throw new EvaluationException(
                    "ONNX Runtime " + runtime.version() + " cannot open " + what + ": " + e.getMessage(),
                    "Check that it supports the operators, and that memory is left.",
                    e);
        }
    }

    /** The input that takes the state between layers; empty if the graph begins with the model's inputs. */
    public String hiddenInput() {
        return hiddenInput;
    }

    /** How long its threads may wait actively after a run. */
    public long lingerNanos() {
        return lingerNanos;
    }

    /** The first output. */
    public String outputName() {
        return session.getOutputNames().iterator().next();
    }

    /**
     * Runs the graph.
     *
     * @param values at least the graph's inputs
     * @return all outputs; the caller closes it, or each value
     */
    public OrtSession.Result run(Map<String, OnnxTensor> values) throws EvaluationException {
        Map<String, OnnxTensorLike> given = new HashMap<>();
        for (String name : inputs) {
            OnnxTensor value = values.get(name);
            if (value == null) {
                throw new EvaluationException(
                        what + " reads '" + name + "', but only " + values.keySet() + " are there.",
                        "Give the inputs of the model's signature.");
            }
            given.put(name, value);
        }
        try {
            return session.run(given);
        } catch (OrtException e) {
            throw new EvaluationException(
                    "ONNX Runtime failed in " + what + ": " + e.getMessage(),
                    "Check the shapes of the inputs, and that memory is left.",
                    e);
        }
    }

    /** Runs the graph with the state between layers beside the other values. */
    public OrtSession.Result run(Map<String, OnnxTensor> values, OnnxTensor hidden) throws EvaluationException {
        Map<String, OnnxTensor> all = new HashMap<>(values);
        all.put(hiddenInput, hidden);
        return run(all);
    }

    /** An output that must be there. */
    public OnnxTensor output(OrtSession.Result result, String name) throws EvaluationException {
        if (result.get(name).orElse(null) instanceof OnnxTensor tensor) {
            return tensor;
        }
        throw new EvaluationException(what + " gives no tensor '" + name + "'.", "Check the model's description.");
    }

    /**
     * The values of an output that has one row per example.
     *
     * @return row by row
     */
    public float[] floats(OrtSession.Result result, String name, int rows) throws EvaluationException {
        OnnxTensor tensor = output(result, name);
        FloatBuffer buffer = tensor.getFloatBuffer();
        if (buffer == null || rows == 0 || buffer.remaining() % rows != 0) {
            throw new EvaluationException(
                    what + " gives '" + name + "' as " + tensor.getInfo() + ", which are not numbers for " + rows
                            + " rows.",
                    "Check the model's outputs.");
        }
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot close " + what, e);
        }
    }
}
