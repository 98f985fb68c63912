/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend;

import com.example.tminus.javabackend.operators.Array;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tminus.backend.Run;
import org.tminus.backend.RunControl;
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

/** A batch on its way through the layers: inputs, side values and the hidden state. */
final class JavaRun implements Run {
    private final AdaptiveModel model;
    private final Parts parts;
    private final RunControl control;

    /** Inputs and side values, by their names. */
    private Map<String, Array> around;

    private Array hidden;
    private int nextLayer;
    private boolean closed;

    JavaRun(AdaptiveModel model, Parts parts, Map<String, Tensor> inputs, RunControl control) throws TminusException {
        this.model = model;
        this.parts = parts;
        this.control = control;
        Map<String, Array> read = Inputs.read(model, inputs);
        control.check();
        Map<String, Array> made = parts.stem().run(read);
        this.hidden = made.get(model.stem().output());
        this.around = around(read, made);
    }

    private Map<String, Array> around(Map<String, Array> inputs, Map<String, Array> made) {
        Map<String, Array> values = new HashMap<>(inputs);
        model.stem().sideValues().forEach(name -> values.put(name, made.get(name)));
        return values;
    }

    @Override
    public int rows() {
        checkOpen();
        return hidden.shape()[0];
    }

    @Override
    public void advance(List<LayerId> layers) throws TminusException {
        checkOpen();
        for (LayerId id : layers) {
            Layer layer = next(id);
            control.check();
            hidden = parts.layer(layer).run(with(layer.input())).get(layer.output());
            nextLayer = layer.index() + 1;
        }
    }

    private Map<String, Array> with(String nameOfHidden) {
        Map<String, Array> values = new HashMap<>(around);
        values.put(nameOfHidden, hidden);
        return values;
    }

    private Layer next(LayerId id) throws InvalidRequestException {
        Layer layer = model.layer(id)
                .orElseThrow(() -> new InvalidRequestException(
                        "The model " + model + " has no layer '" + id + "'.", "Name layers of the model."));
        if (layer.index() < nextLayer) {
            throw new InvalidRequestException(
                    "The layer " + id + " of the model " + model + " lies behind.",
                    "Run layers in the model's order, each once.");
        }
        for (Layer skipped : model.layers().subList(nextLayer, layer.index())) {
            if (!skipped.skippable()) {
                throw new InvalidRequestException(
                        "The layer " + skipped.id() + " of the model " + model + " cannot be skipped.",
                        "Run it as well.");
            }
        }
        return layer;
    }

    @Override
    public Map<String, Tensor> read(ExitId id) throws TminusException {
        checkOpen();
        Exit exit = model.exit(id)
                .orElseThrow(() -> new InvalidRequestException(
                        "The model " + model + " has no exit '" + id + "'.", "Name an exit of the model."));
        for (String output : control.requestedOutputs()) {
            if (!exit.outputs().containsKey(output)) {
                throw new InvalidRequestException(
                        "The exit " + id + " of the model " + model + " has no output '" + output + "'.",
                        "Ask for " + exit.outputs().keySet() + ".");
            }
        }
        control.check();
        Map<String, Array> made = parts.exit(exit).run(with(exit.input()));
        Map<String, Tensor> outputs = new HashMap<>();
        for (String output : control.requestedOutputs()) {
            outputs.put(output, tensor(output, made.get(exit.outputs().get(output))));
        }
        return outputs;
    }

    private HostTensor tensor(String output, Array array) {
        Shape shape = Shape.of(Arrays.stream(array.shape()).asLongStream().toArray());
        ElementType type = array.isFloat() ? ElementType.FLOAT32 : ElementType.INT64;
        HostTensor tensor = control.destination(output).orElseGet(() -> HostTensor.allocate(type, shape));
        if (array.isFloat()) {
            tensor.writableBuffer().asFloatBuffer().put(array.asFloats());
        } else {
            tensor.writableBuffer().asLongBuffer().put(array.asLongs());
        }
        return tensor;
    }

    @Override
    public Tensor pooled() {
        checkOpen();
        int[] shape = hidden.shape();
        int tokens = shape[1];
        int width = shape[2];
        int used = model.hidden().pooling().equals("mean") ? tokens : 1;
        float[] pooled = new float[shape[0] * width];
        for (int row = 0; row < shape[0]; row++) {
            for (int feature = 0; feature < width; feature++) {
                double sum = 0;
                for (int token = 0; token < used; token++) {
                    sum += hidden.asFloats()[(row * tokens + token) * width + feature];
                }
                pooled[row * width + feature] = (float) (sum / used);
            }
        }
        return HostTensor.ofFloats(Shape.of(shape[0], width), pooled);
    }

    /** Side values may have the batch anywhere, or nowhere, so the stem makes them anew. */
    @Override
    public void retain(int[] rows) throws TminusException {
        checkOpen();
        checkRows(rows);
        Map<String, Array> inputs = new HashMap<>();
        model.signature()
                .inputs()
                .forEach(spec -> inputs.put(spec.name(), around.get(spec.name()).rows(rows)));
        around = model.stem().sideValues().isEmpty()
                ? inputs
                : around(inputs, parts.stem().run(inputs));
        hidden = hidden.rows(rows);
    }

    private void checkRows(int[] rows) throws InvalidRequestException {
        int before = -1;
        for (int row : rows) {
            if (row <= before || row >= rows()) {
                throw unusable(rows);
            }
            before = row;
        }
        if (rows.length == 0) {
            throw unusable(rows);
        }
    }

    private InvalidRequestException unusable(int[] rows) {
        return new InvalidRequestException(
                "Of " + rows() + " rows, " + Arrays.toString(rows) + " cannot be kept.",
                "Name at least one running row, in ascending order.");
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("The run of the model " + model + " is closed");
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
