/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tminus.backend.RunControl;
import org.tminus.failure.BackendException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.model.TensorSpec;
import org.tminus.onnx.ExternalWeight;
import org.tminus.onnx.SegmentGraph;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** One graph, ready in the native library. Safe for concurrent runs; closed once, when no run is left. */
final class NativeGraph implements AutoCloseable {
    /** Where weights that a graph given as bytes keeps in another file are found. */
    private static final String WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path";

    /** Makes the graph; can be asked again later. */
    interface Cut {
        SegmentGraph make() throws BackendException;
    }

    private final ModelContext context;
    private final String what;
    private final NativeSessions sessions;
    private final Set<String> inputNames;
    private final long weightBytes;
    private final String hiddenInput;
    private final WeightBudget.@Nullable Part bounded;

    private NativeGraph(
            ModelContext context,
            String what,
            NativeSessions sessions,
            long weightBytes,
            String hiddenInput,
            WeightBudget.@Nullable Part bounded) {
        this.context = context;
        this.what = what;
        this.sessions = sessions;
        this.inputNames = Set.copyOf(sessions.session().getInputNames());
        this.weightBytes = weightBytes;
        this.hiddenInput = hiddenInput;
        this.bounded = bounded;
        context.memory().opened(weightBytes);
    }

    /**
     * @param what the part of the model, for messages
     * @param weightBytes what the weights take that it has for itself
     */
    static NativeGraph open(ModelContext context, String what, Cut cut, long weightBytes) throws BackendException {
        return open(context, what, cut.make(), cut, weightBytes);
    }

    /**
     * The same with folded operators.
     *
     * @return empty if there is nothing to fold
     */
    static Optional<NativeGraph> openFolded(ModelContext context, String what, Cut cut, long weightBytes)
            throws BackendException {
        Optional<SegmentGraph> folded = cut.make().folded();
        return folded.isEmpty()
                ? Optional.empty()
                : Optional.of(open(
                        context,
                        what + ", folded",
                        folded.get(),
                        () -> cut.make().folded().orElseThrow(),
                        weightBytes));
    }

    /**
     * @param first the graph as it is made the first time: only a second session needs it again, and until then it would be
     *     kept for nothing
     */
    private static NativeGraph open(ModelContext context, String what, SegmentGraph first, Cut again, long weightBytes)
            throws BackendException {
        AtomicReference<@Nullable SegmentGraph> unused = new AtomicReference<>(first);
        NativeSessions.Source source = options -> {
            SegmentGraph made = unused.getAndSet(null);
            SegmentGraph graph = made == null ? again.make() : made;
            if (graph.hasExternalData()) {
                options.addConfigEntry(WEIGHTS_FOLDER, context.graphs().folder().toString());
            }
            return context.weights().newSession(graph.toBytes(), graph.externalWeights(), options);
        };
        return open(context, what, source, weightBytes, first.hiddenInput().orElse(""), first.externalWeights());
    }

    /** The model's own file: nothing is composed, and its weights are read from where they lie. */
    static NativeGraph openModelFile(ModelContext context, String what, long weightBytes) throws BackendException {
        ModelGraphs graphs = context.graphs();
        String file = graphs.modelFile().toString();
        NativeSessions.Source source = options -> {
            if (graphs.externalWeights().isEmpty()) {
                return context.environment().createSession(file, options);
            }
            options.addConfigEntry(WEIGHTS_FOLDER, graphs.folder().toString());
            return context.weights().newSession(graphs.modelBytes(), graphs.externalWeights(), options);
        };
        return open(context, what, source, weightBytes, "", graphs.externalWeights());
    }

    private static NativeGraph open(
            ModelContext context,
            String what,
            NativeSessions.Source source,
            long weightBytes,
            String hiddenInput,
            List<ExternalWeight> external)
            throws BackendException {
        boolean opened = false;
        context.weights().hold();
        try {
            NativeSessions sessions = new NativeSessions(context, what, source, weightBytes);
            NativeGraph graph = new NativeGraph(
                    context,
                    what,
                    sessions,
                    weightBytes,
                    hiddenInput,
                    context.weights().part(what, external));
            opened = true;
            return graph;
        } catch (IOException | OrtException e) {
            throw new BackendException(
                    "Model " + context.model().name() + ": ONNX Runtime "
                            + context.runtime().version() + " cannot open " + what + ": " + e.getMessage() + ".",
                    "Check that the model's operators are supported by this version, and that memory is left.",
                    e);
        } finally {
            if (!opened) {
                context.weights().release();
            }
        }
    }

    /** What the library found that the graph takes. */
    Map<String, NodeInfo> inputs() throws BackendException {
        return described(OrtSession::getInputInfo);
    }

    /** What the library found that the graph gives. */
    Map<String, NodeInfo> outputs() throws BackendException {
        return described(OrtSession::getOutputInfo);
    }

    private interface Description {
        Map<String, NodeInfo> of(OrtSession session) throws OrtException;
    }

    private Map<String, NodeInfo> described(Description description) throws BackendException {
        try {
            return description.of(sessions.session());
        } catch (OrtException e) {
            throw new BackendException(
                    "Model " + context.model().name() + ": ONNX Runtime cannot describe " + what + ": " + e.getMessage()
                            + ".",
                    "Check the model with a reference runtime.",
                    e);
        }
    }

    /** The input that takes the hidden state; empty for a graph that begins with the model's inputs. */
    String hiddenInput() {
        return hiddenInput;
    }

    /**
     * Runs the graph; the values stay native.
     *
     * @param values at least the graph's inputs
     * @param size rows times length
     * @return the outputs; the caller closes it, or each value
     */
    OrtSession.Result run(
            Map<String, OnnxTensor> values, long size, Set<String> outputs, RunControl control, Termination termination)
            throws TminusException {
        acquireWeights(control);
        try {
            return sessions.run(size, select(values), outputs, Map.of(), termination.options());
        } catch (OrtException e) {
            throw context.failure(what, e, control, termination);
        } finally {
            releaseWeights();
        }
    }

    private void acquireWeights(RunControl control) throws TminusException {
        if (bounded != null) {
            bounded.acquire(control);
        }
    }

    private void releaseWeights() {
        if (bounded != null) {
            bounded.release();
        }
    }

    /**
     * Runs the graph for the model's outputs that are wanted.
     *
     * @param values at least the graph's inputs
     * @param size rows times length
     * @return host tensors by name
     */
    Map<String, Tensor> answer(
            Map<String, OnnxTensor> values, int rows, long size, RunControl control, Termination termination)
            throws TminusException {
        Map<String, Tensor> answers = new LinkedHashMap<>();
        Set<String> allocated = new HashSet<>();
        Map<String, OnnxTensor> pinned = new HashMap<>();
        acquireWeights(control);
        try {
            for (String output : control.requestedOutputs()) {
                Optional<HostTensor> destination = control.destination(output);
                if (destination.isPresent() && isWritten(output, destination.get(), rows)) {
                    pinned.put(output, Tensors.writingTo(context.environment(), destination.get()));
                    answers.put(output, destination.get());
                } else {
                    allocated.add(output);
                }
            }
            try (OrtSession.Result result =
                    sessions.run(size, select(values), allocated, pinned, termination.options())) {
                if (answers.size() < control.requestedOutputs().size()) {
                    copy(output -> result.get(output).orElse(null), control, answers);
                }
            }
            return answers;
        } catch (OrtException e) {
            throw context.failure(what, e, control, termination);
        } finally {
            releaseWeights();
            pinned.values().forEach(OnnxTensor::close);
        }
    }

    /**
     * Hands out what another graph has answered in the place of this one.
     *
     * @param values at least the outputs that are wanted
     */
    Map<String, Tensor> answer(Map<String, OnnxTensor> values, int rows, RunControl control) throws TminusException {
        Map<String, Tensor> answers = new LinkedHashMap<>();
        try {
            for (String output : control.requestedOutputs()) {
                HostTensor destination = control.destination(output).orElse(null);
                if (destination != null) {
                    // For what it refuses.
                    isWritten(output, destination, rows);
                }
            }
            copy(values::get, control, answers);
            return answers;
        } catch (OrtException e) {
            throw new BackendException(
                    "Model " + context.model().name() + ": what " + what + " answered cannot be read: " + e.getMessage()
                            + ".",
                    "See whether the process has memory left.",
                    e);
        }
    }

    private void copy(Function<String, @Nullable OnnxValue> values, RunControl control, Map<String, Tensor> answers)
            throws OrtException, TminusException {
        for (String output : control.requestedOutputs()) {
            if (answers.containsKey(output)) {
                continue;
            }
            OnnxValue value = values.apply(output);
            if (value == null) {
                throw new OrtException("The output '" + output + "' is missing");
            }
            HostTensor copy = Tensors.toHost(value);
            HostTensor destination = control.destination(output).orElse(null);
            if (destination == null) {
                answers.put(output, copy);
            } else {
                try {
                    destination.write(copy);
                } catch (IllegalArgumentException | UnsupportedOperationException e) {
                    throw unfitting(output, copy.toString(), destination, e);
                }
                answers.put(output, destination);
            }
        }
    }

    /**
     * Whether the native library can write straight into the destination: it must be direct memory, and its shape known
     * beforehand.
     */
    private boolean isWritten(String output, HostTensor destination, int rows) throws InvalidRequestException {
        TensorSpec spec = context.model().signature().output(output).orElse(null);
        if (spec == null || destination.elementType().bytes() == 0) {
            return false;
        }
        Shape shape = destination.shape();
        if (!destination.elementType().equals(spec.elementType())
                || !spec.accepts(shape)
                || shape.rank() == 0
                || shape.dimension(0) != rows) {
            throw unfitting(
                    output,
                    spec.elementType() + spec.dimensions().toString() + " with " + rows + " rows",
                    destination,
                    null);
        }
        boolean known = spec.dimensions().stream().skip(1).allMatch(dimension -> dimension != TensorSpec.ANY);
        return known && destination.writableBuffer().isDirect();
    }

    private InvalidRequestException unfitting(
            String output, String expected, HostTensor destination, @Nullable Throwable cause) {
        return new InvalidRequestException(
                "Model " + context.model().name() + ": output '" + output + "' is " + expected
                        + ", but its destination is " + destination + ".",
                "Give a destination of the output's type and shape, or none.",
                cause);
    }

    /** The library refuses values that a graph does not read. */
    private Map<String, OnnxTensor> select(Map<String, OnnxTensor> values) throws OrtException {
        Map<String, OnnxTensor> selected = new HashMap<>();
        for (String name : inputNames) {
            OnnxTensor value = values.get(name);
            if (value == null) {
                throw new OrtException("The value '" + name + "' is missing");
            }
            selected.put(name, value);
        }
        return selected;
    }

    @Override
    public void close() {
        sessions.close();
        if (bounded != null) {
            bounded.forget();
        }
        context.memory().closed(weightBytes);
        context.weights().release();
    }

    @Override
    public String toString() {
        return what;
    }
}
