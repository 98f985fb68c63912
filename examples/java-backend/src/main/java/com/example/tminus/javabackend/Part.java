/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend;

import com.example.tminus.javabackend.onnx.Graph;
import com.example.tminus.javabackend.onnx.Node;
import com.example.tminus.javabackend.operators.Array;
import com.example.tminus.javabackend.operators.Operators;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tminus.failure.BackendException;

/** A part of a model that runs in one piece: the stem, a layer, or an exit. Immutable. */
final class Part {
    private final String what;
    private final Graph graph;
    private final List<Node> nodes;

    private Part(String what, Graph graph, List<Node> nodes) {
        this.what = what;
        this.graph = graph;
        this.nodes = nodes;
    }

    /**
     * @param known names of the values that are there when it runs
     * @param wanted names of the values that it makes
     */
    static Part of(String what, Graph graph, Set<String> known, Collection<String> wanted) throws BackendException {
        List<Node> nodes;
        try {
            nodes = graph.between(known, wanted);
        } catch (IllegalArgumentException e) {
            throw new BackendException(
                    what + " cannot be used: " + e.getMessage() + ".", "Install a whole model file.", e);
        }
        for (Node node : nodes) {
            if (!Operators.names().contains(node.operator())) {
                throw new BackendException(
                        what + " has the operator " + node.operator() + ", but this backend knows only "
                                + Operators.names() + ".",
                        "Use another backend for this model.");
            }
        }
        return new Part(what, graph, nodes);
    }

    /** Every value that was given or made, by name. */
    Map<String, Array> run(Map<String, Array> given) throws BackendException {
        Map<String, Array> values = new HashMap<>(given);
        for (Node node : nodes) {
            List<Array> inputs = new ArrayList<>();
            for (String name : node.inputs()) {
                Array known = values.get(name);
                inputs.add(known != null ? known : graph.weights().get(name));
            }
            try {
                Array[] outputs = Operators.run(node, inputs);
                for (int index = 0; index < node.outputs().size(); index++) {
                    values.put(node.outputs().get(index), outputs[index]);
                }
            } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
                throw new BackendException(
                        what + ": the operator " + node.operator() + " for " + node.outputs() + " failed: "
                                + e.getMessage() + ".",
                        "Check the shapes of the inputs against the model.",
                        e);
            }
        }
        return values;
    }
}
