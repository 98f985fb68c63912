/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tminus.backend.RunControl;
import org.tminus.failure.BackendException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.model.TensorSpec;
import org.tminus.onnx.SegmentGraph;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/** One graph, ready in the native library. Safe for concurrent runs; closed once, when no run is left. */
final class NativeGraph implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NativeGraph.class);

    /** Where weights that a graph given as bytes keeps in another file are found. */
    private static final String WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path";

    private interface Source {
        OrtSession open(SessionOptions options) throws OrtException;
    }

    private final ModelContext context;
    private final String what;
    private final OrtSession session;
    private final Set<String> inputNames;
    private final long weightBytes;
    private final String hiddenInput;

    private NativeGraph(ModelContext context, String what, OrtSession session, long weightBytes, String hiddenInput) {
        this.context = context;
        this.what = what;
        this.session = session;
        this.inputNames = Set.copyOf(session.getInputNames());
        this.weightBytes = weightBytes;
        this.hiddenInput = hiddenInput;
        context.memory().opened(weightBytes);
    }

    /**
     * @param what the part of the model, for messages
     * @param weightBytes what its weights take
     */
    static NativeGraph open(ModelContext context, String what, SegmentGraph segment, long weightBytes)
            throws BackendException {
        byte[] bytes = segment.toBytes();
        return open(
                context,
                what,
                options -> {
                    if (segment.hasExternalData()) {
                        Path folder = context.graphs().modelFile().getParent();
                        options.addConfigEntry(WEIGHTS_FOLDER, String.valueOf(folder));
                    }
                    return context.environment().createSession(bytes, options);
                },
                weightBytes,
                segment.hiddenInput().orElse(""));
    }

    /** The model's own file: nothing is composed, and its weights are read from where they lie. */
    static NativeGraph openModelFile(ModelContext context, String what, long weightBytes) throws BackendException {
        String file = context.graphs().modelFile().toString();
        return open(context, what, options -> context.environment().createSession(file, options), weightBytes, "");
    }

    private static NativeGraph open(
            ModelContext context, String what, Source source, long weightBytes, String hiddenInput)
            throws BackendException {
        try (SessionOptions options = context.runtime().newSessionOptions()) {
            options.setOptimizationLevel(OptLevel.ALL_OPT);
            return new NativeGraph(context, what, source.open(options), weightBytes, hiddenInput);
        } catch (OrtException e) {
            throw new BackendException(
                    "Model " + context.model().name() + ": ONNX Runtime "
                            + context.runtime().version() + " cannot open " + what + ": " + e.getMessage() + ".",
                    "Check that the model's operators are supported by this version, and that memory is left.",
                    e);
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
            return description.of(session);
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
     * @return the outputs; the caller closes it, or each value
     */
    OrtSession.Result run(
            Map<String, OnnxTensor> values, Set<String> outputs, RunControl control, Termination termination)
            throws TminusException {
        try {
            return session.run(select(values), outputs, Map.of(), termination.options());
        } catch (OrtException e) {
            throw context.failure(what, e, control, termination);
        }
    }

    /**
     * Runs the graph for the model's outputs that are wanted.
     *
     * @param values at least the graph's inputs
     * @return host tensors by name
     */
    Map<String, Tensor> answer(Map<String, OnnxTensor> values, int rows, RunControl control, Termination termination)
            throws TminusException {
        Map<String, Tensor> answers = new LinkedHashMap<>();
        Set<String> allocated = new HashSet<>();
        Map<String, OnnxTensor> pinned = new HashMap<>();
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
            try (OrtSession.Result result = session.run(select(values), allocated, pinned, termination.options())) {
                if (answers.size() < control.requestedOutputs().size()) {
                    copy(result, control, answers);
                }
            }
            return answers;
        } catch (OrtException e) {
            throw context.failure(what, e, control, termination);
        } finally {
            pinned.values().forEach(OnnxTensor::close);
        }
    }

    private void copy(OrtSession.Result result, RunControl control, Map<String, Tensor> answers)
            throws OrtException, TminusException {
        for (String output : control.requestedOutputs()) {
            if (answers.containsKey(output)) {
                continue;
            }
            HostTensor copy = Tensors.toHost(
                    result.get(output).orElseThrow(() -> new OrtException("The output '" + output + "' is missing")));
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
        try {
            session.close();
        } catch (OrtException e) {
            LOG.warn("Model {}: {} could not be freed", context.model().name(), what, e);
        }
        context.memory().closed(weightBytes);
    }

    @Override
    public String toString() {
        return what;
    }
}
