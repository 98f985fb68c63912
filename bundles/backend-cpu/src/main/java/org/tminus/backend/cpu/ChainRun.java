/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.backend.Run;
import org.tminus.backend.RunControl;
import org.tminus.failure.BackendException;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.tensor.Tensor;

/**
 * A batch on its way through the chain. It owns the hidden state and the side values, which stay native from layer to
 * layer, views of the inputs, and what an exit has answered that ran together with the layers before it.
 */
final class ChainRun implements Run {
    private final ModelContext context;
    private final AdaptiveModel model;
    private final Chain chain;
    private final RunControl control;
    private final Termination termination;
    /** Whether what is asked for together runs together, as far as it has been joined. */
    private final boolean joins;

    private Map<String, Tensor> inputs;
    private Map<String, OnnxTensor> inputValues = Map.of();
    private Map<String, OnnxTensor> sideValues = Map.of();
    /** Null until the stem has run, which waits for the first layers. */
    private @Nullable OnnxTensor hidden;

    private @Nullable Layer at;
    private boolean exitRead;
    /** The outputs of the exit after the present layer, as far as it ran together with it. */
    private Map<String, OnnxTensor> answered = Map.of();

    private int rows;
    private int nextLayer;
    private boolean closed;

    private ChainRun(
            ModelContext context,
            Chain chain,
            Map<String, Tensor> inputs,
            int rows,
            RunControl control,
            Termination termination,
            boolean joins) {
        this.context = context;
        this.model = context.model();
        this.chain = chain;
        this.inputs = inputs;
        this.rows = rows;
        this.control = control;
        this.termination = termination;
        this.joins = joins;
    }

    /**
     * For somebody who looks at the run on its way. The run holds the chain until it is closed.
     *
     * @throws IllegalStateException if the chain is freed
     */
    static ChainRun start(ModelContext context, Chain chain, Map<String, Tensor> inputs, RunControl control)
            throws TminusException {
        return start(context, chain, inputs, control, true);
    }

    /** The same, but each part of the model runs on its own. */
    static ChainRun startSingly(ModelContext context, Chain chain, Map<String, Tensor> inputs, RunControl control)
            throws TminusException {
        return start(context, chain, inputs, control, false);
    }

    private static ChainRun start(
            ModelContext context, Chain chain, Map<String, Tensor> inputs, RunControl control, boolean joins)
            throws TminusException {
        int rows = context.inputs().rows(inputs);
        if (!chain.acquire()) {
            throw new IllegalStateException(
                    "The session of model " + context.model().name() + " is closed");
        }
        ChainRun run = null;
        try {
            run = new ChainRun(context, chain, Map.copyOf(inputs), rows, control, context.watch(control), joins);
            run.inputValues = run.views(inputs);
            return run;
        } catch (TminusException | RuntimeException | Error e) {
            if (run == null) {
                chain.release();
            } else {
                run.close();
            }
            throw e;
        }
    }

    private void ensureStem() throws TminusException {
        if (hidden != null) {
            return;
        }
        control.check();
        Map<String, OnnxTensor> values = stemValues(inputValues);
        hidden = values.remove(model.stem().output());
        sideValues = values;
    }

    private Map<String, OnnxTensor> stemValues(Map<String, OnnxTensor> from) throws TminusException {
        return tensors(chain.stem().run(from, size(), chain.stemOutputs(), control, termination));
    }

    private Map<String, OnnxTensor> views(Map<String, Tensor> tensors) throws TminusException {
        Map<String, OnnxTensor> views = new HashMap<>();
        try {
            for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
                views.put(entry.getKey(), Tensors.toNative(context.environment(), entry.getValue()));
            }
            return views;
        } catch (OrtException e) {
            closeAll(views);
            throw context.failure("reading the inputs", e, control, termination);
        } catch (RuntimeException e) {
            closeAll(views);
            throw e;
        }
    }

    private long size() {
        return context.inputs().size(inputs);
    }

    /** The values of a result one by one; the result itself is not closed any more. */
    private Map<String, OnnxTensor> tensors(OrtSession.Result result) throws BackendException {
        Map<String, OnnxTensor> tensors = new HashMap<>();
        for (Map.Entry<String, OnnxValue> entry : result) {
            if (entry.getValue() instanceof OnnxTensor tensor) {
                tensors.put(entry.getKey(), tensor);
            } else {
                result.close();
                throw new BackendException(
                        "Model " + model.name() + ": the value '" + entry.getKey() + "' is no tensor.",
                        "Cut the model at tensors.");
            }
        }
        return tensors;
    }

    @Override
    public int rows() {
        checkOpen();
        return rows;
    }

    @Override
    public void advance(List<LayerId> layers) throws TminusException {
        checkOpen();
        List<Layer> neighbours = new ArrayList<>();
        for (LayerId id : layers) {
            Layer layer = next(id);
            if (layer.index() > nextLayer) {
                advanceNeighbours(neighbours);
                neighbours.clear();
            }
            neighbours.add(layer);
            nextLayer = layer.index() + 1;
        }
        advanceNeighbours(neighbours);
    }

    private void advanceNeighbours(List<Layer> neighbours) throws TminusException {
        if (neighbours.isEmpty()) {
            return;
        }
        leave();
        Layer last = neighbours.get(neighbours.size() - 1);
        if (joins) {
            Stretch stretch = new Stretch(
                    model,
                    hidden == null,
                    List.copyOf(neighbours),
                    chain.habits().expected(last));
            NativeGraph joined = stretch.isJoint() ? chain.stretch(stretch) : null;
            if (joined != null) {
                take(stretch, joined);
                at = last;
                return;
            }
        }
        ensureStem();
        for (Layer layer : neighbours) {
            step(layer);
        }
        at = last;
    }

    /** The state is going to change: what was read of it, or not, is known now. */
    private void leave() {
        Layer left = at;
        if (left != null && joins) {
            chain.habits().passed(left, exitRead);
        }
        at = null;
        exitRead = false;
        closeAll(answered);
        answered = Map.of();
    }

    private void step(Layer layer) throws TminusException {
        control.check();
        NativeGraph graph = chain.layer(layer);
        OrtSession.Result result = graph.run(valuesFor(graph), size(), Set.of(layer.output()), control, termination);
        replaceHidden(Objects.requireNonNull(tensors(result).get(layer.output())));
    }

    private void replaceHidden(OnnxTensor after) {
        OnnxTensor before = hidden;
        hidden = after;
        if (before != null) {
            before.close();
        }
    }

    private void take(Stretch stretch, NativeGraph graph) throws TminusException {
        control.check();
        Map<String, OnnxTensor> made = run(stretch, graph);
        replaceHidden(Objects.requireNonNull(made.remove(stretch.last().output())));
        if (stretch.withStem()) {
            Map<String, OnnxTensor> sides = new HashMap<>();
            for (String name : model.stem().sideValues()) {
                sides.put(name, Objects.requireNonNull(made.remove(name)));
            }
            sideValues = sides;
        }
        answered = made;
    }

    /** The stem and all layers before this one, each for itself. */
    void advanceTo(Layer layer) throws TminusException {
        ensureStem();
        for (Layer before : model.layers().subList(nextLayer, layer.index())) {
            step(before);
        }
        nextLayer = layer.index();
    }

    /** Runs a stretch for what it takes; the state stays. */
    void attempt(Stretch stretch, NativeGraph graph) throws TminusException {
        closeAll(run(stretch, graph));
    }

    private Map<String, OnnxTensor> run(Stretch stretch, NativeGraph graph) throws TminusException {
        Set<String> wanted = new HashSet<>();
        wanted.add(stretch.last().output());
        if (stretch.withStem()) {
            wanted.addAll(model.stem().sideValues());
        }
        if (stretch.exit() != null) {
            wanted.addAll(control.requestedOutputs());
        }
        return tensors(
                graph.run(stretch.withStem() ? inputValues : valuesFor(graph), size(), wanted, control, termination));
    }

    /** How much a stretch as one graph differs from its single parts, for the state that the run has now. */
    double difference(Stretch stretch, NativeGraph joined) throws TminusException {
        Map<String, OnnxTensor> together = run(stretch, joined);
        try {
            ensureStem();
            for (Layer layer : stretch.layers()) {
                step(layer);
            }
            double largest = difference(together.get(stretch.last().output()), Tensors.toHost(hidden()));
            if (stretch.withStem()) {
                for (Map.Entry<String, OnnxTensor> side : sideValues.entrySet()) {
                    largest =
                            Math.max(largest, difference(together.get(side.getKey()), Tensors.toHost(side.getValue())));
                }
            }
            Exit exit = stretch.exit();
            if (exit != null) {
                for (Map.Entry<String, Tensor> output : read(exit.id()).entrySet()) {
                    largest = Math.max(largest, difference(together.get(output.getKey()), output.getValue()));
                }
            }
            return largest;
        } catch (OrtException e) {
            throw context.failure("reading the hidden state", e, control, termination);
        } finally {
            closeAll(together);
        }
    }

    private static double difference(@Nullable OnnxTensor together, Tensor single) throws OrtException {
        return together == null ? Double.NaN : PathCheck.difference(Tensors.toHost(together), single);
    }

    /** The layer, if it may come next. */
    private Layer next(LayerId id) throws InvalidRequestException {
        Layer layer = model.layer(id)
                .orElseThrow(() -> new InvalidRequestException(
                        "Model " + model.name() + " has no layer '" + id + "'.",
                        "Its layers are "
                                + model.layers().stream().map(Layer::id).toList() + "."));
        if (layer.index() < nextLayer) {
            throw new InvalidRequestException(
                    "Model " + model.name() + ": layer " + id + " cannot run after layer "
                            + model.layers().get(nextLayer - 1).id() + ".",
                    "Run layers in the model's order, each once.");
        }
        for (Layer skipped : model.layers().subList(nextLayer, layer.index())) {
            if (!skipped.skippable()) {
                throw new InvalidRequestException(
                        "Model " + model.name() + ": layer " + skipped.id() + " cannot be skipped: "
                                + skipped.obstacle().orElse("no reason is given"),
                        "Run it as well.");
            }
        }
        return layer;
    }

    private Map<String, OnnxTensor> valuesFor(NativeGraph graph) {
        Map<String, OnnxTensor> values = new HashMap<>(inputValues);
        values.putAll(sideValues);
        values.put(graph.hiddenInput(), hidden());
        return values;
    }

    private OnnxTensor hidden() {
        OnnxTensor state = hidden;
        if (state == null) {
            throw new IllegalStateException("The run has no hidden state");
        }
        return state;
    }

    @Override
    public Map<String, Tensor> read(ExitId id) throws TminusException {
        checkOpen();
        Exit exit = model.exit(id)
                .orElseThrow(() -> new InvalidRequestException(
                        "Model " + model.name() + " has no exit '" + id + "'.",
                        "Its exits are " + model.exits().stream().map(Exit::id).toList() + "."));
        context.inputs().outputs(exit, control.requestedOutputs());
        control.check();
        Layer present = at;
        if (present != null && exit.after().filter(present.id()::equals).isPresent()) {
            exitRead = true;
            if (!answered.isEmpty() && answered.keySet().containsAll(control.requestedOutputs())) {
                return chain.exit(exit).answer(answered, rows, control);
            }
        }
        ensureStem();
        NativeGraph graph = chain.exit(exit);
        return graph.answer(valuesFor(graph), rows, size(), control, termination);
    }

    @Override
    public Tensor pooled() throws TminusException {
        checkOpen();
        ensureStem();
        OnnxTensor state = hidden();
        long[] shape = state.getInfo().getShape();
        FloatBuffer values = state.getFloatBuffer();
        if (values == null || shape.length < 2) {
            throw new BackendException(
                    "Model " + model.name() + ": a hidden state of type " + state.getInfo().type + " and rank "
                            + shape.length + " cannot be pooled.",
                    "Use a policy that needs no pooled state.");
        }
        int width = Math.toIntExact(shape[shape.length - 1]);
        int tokens = values.remaining() / (rows * width);
        int used = model.hidden().pooling().equals("mean") ? tokens : 1;
        HostTensor pooled = HostTensor.allocate(ElementType.FLOAT32, Shape.of(rows, width));
        FloatBuffer target = pooled.writableBuffer().asFloatBuffer();
        for (int row = 0; row < rows; row++) {
            for (int feature = 0; feature < width; feature++) {
                double sum = 0;
                for (int token = 0; token < used; token++) {
                    sum += values.get((row * tokens + token) * width + feature);
                }
                target.put((float) (sum / used));
            }
        }
        return pooled;
    }

    @Override
    public void retain(int[] kept) throws TminusException {
        checkOpen();
        checkRows(kept);
        if (kept.length == rows) {
            return;
        }
        ensureStem();
        control.check();
        Map<String, Tensor> newInputs = new HashMap<>();
        inputs.forEach((name, tensor) -> newInputs.put(name, Tensors.rows(tensor, kept)));
        Map<String, OnnxTensor> created = new HashMap<>(views(newInputs));
        List<OnnxTensor> undo = new ArrayList<>(created.values());
        try {
            OnnxTensor newHidden =
                    Tensors.toNative(context.environment(), Tensors.rows(Tensors.toHost(hidden()), kept));
            undo.add(newHidden);
            Map<String, OnnxTensor> newSides = Map.of();
            if (!sideValues.isEmpty()) {
                // A side value may hold the number of rows anywhere, so it is made anew instead of cut: the stem is
                // cheap.
                newSides = stemValues(created);
                OnnxTensor stemOutput = newSides.remove(model.stem().output());
                if (stemOutput != null) {
                    stemOutput.close();
                }
            }
            freeState();
            inputs = newInputs;
            inputValues = created;
            sideValues = newSides;
            hidden = newHidden;
            rows = kept.length;
        } catch (OrtException e) {
            undo.forEach(OnnxTensor::close);
            throw context.failure("keeping rows", e, control, termination);
        } catch (TminusException | RuntimeException e) {
            undo.forEach(OnnxTensor::close);
            throw e;
        }
    }

    private void checkRows(int[] kept) throws InvalidRequestException {
        int before = -1;
        for (int row : kept) {
            if (row <= before || row >= rows) {
                throw unusable(kept);
            }
            before = row;
        }
        if (kept.length == 0) {
            throw unusable(kept);
        }
    }

    private InvalidRequestException unusable(int[] kept) {
        return new InvalidRequestException(
                "Model " + model.name() + ": of " + rows + " rows, " + Arrays.toString(kept) + " cannot be kept.",
                "Name at least one running row, in ascending order.");
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("The run of model " + model.name() + " is closed");
        }
    }

    private void freeState() {
        closeAll(inputValues);
        closeAll(sideValues);
        closeAll(answered);
        inputValues = Map.of();
        sideValues = Map.of();
        answered = Map.of();
        OnnxTensor state = hidden;
        hidden = null;
        if (state != null) {
            state.close();
        }
    }

    private static void closeAll(Map<String, OnnxTensor> tensors) {
        tensors.values().forEach(OnnxTensor::close);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        leave();
        freeState();
        inputs = Map.of();
        termination.close();
        chain.release();
    }
}
