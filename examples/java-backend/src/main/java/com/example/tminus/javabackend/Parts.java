/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend;

import com.example.tminus.javabackend.onnx.Graph;
import com.example.tminus.javabackend.onnx.GraphReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.failure.BackendException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Exit;
import org.tminus.model.ExitId;
import org.tminus.model.Layer;
import org.tminus.model.LayerId;
import org.tminus.model.TensorSpec;

/** All parts of one model. Immutable. */
final class Parts {
    private static final String MODEL = "model.onnx";
    private static final String EXITS = "exits.onnx";

    private final Part stem;
    private final Map<LayerId, Part> layers = new HashMap<>();
    private final Map<ExitId, Part> exits = new HashMap<>();

    private Parts(Part stem) {
        this.stem = stem;
    }

    static Parts of(AdaptiveModel model) throws BackendException {
        Graph main = read(model, MODEL);
        Graph heads = model.file(EXITS).isPresent() ? read(model, EXITS) : main;
        Set<String> inputs = new HashSet<>(
                model.signature().inputs().stream().map(TensorSpec::name).toList());
        List<String> afterStem = new ArrayList<>(model.stem().sideValues());
        afterStem.add(model.stem().output());
        Parts parts = new Parts(Part.of("The stem of " + model, main, inputs, afterStem));
        for (Layer layer : model.layers()) {
            Set<String> known = known(model, inputs, layer.input());
            parts.layers.put(
                    layer.id(),
                    Part.of("The layer " + layer.id() + " of " + model, main, known, List.of(layer.output())));
        }
        for (Exit exit : model.exits()) {
            Graph graph = exit.file().equals(MODEL) ? main : heads;
            Set<String> known = known(model, inputs, exit.input());
            parts.exits.put(
                    exit.id(),
                    Part.of(
                            "The exit " + exit.id() + " of " + model,
                            graph,
                            known,
                            exit.outputs().values()));
        }
        return parts;
    }

    private static Set<String> known(AdaptiveModel model, Set<String> inputs, String hidden) {
        Set<String> known = new HashSet<>(inputs);
        known.addAll(model.stem().sideValues());
        known.add(hidden);
        return known;
    }

    private static Graph read(AdaptiveModel model, String entry) throws BackendException {
        Path file = model.file(entry)
                .orElseThrow(() -> new BackendException(
                        "The model " + model + " has no file " + entry + ".", "Install a whole model file."));
        try {
            return GraphReader.read(file);
        } catch (IOException | ArithmeticException e) {
            throw new BackendException(
                    "The file " + entry + " of the model " + model + " cannot be used: " + e.getMessage() + ".",
                    "Install the model again.",
                    e);
        }
    }

    Part stem() {
        return stem;
    }

    Part layer(Layer layer) {
        return layers.get(layer.id());
    }

    Part exit(Exit exit) {
        return exits.get(exit.id());
    }
}
