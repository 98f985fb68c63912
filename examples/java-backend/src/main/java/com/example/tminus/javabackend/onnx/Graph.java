/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package com.example.tminus.javabackend.onnx;

import com.example.tminus.javabackend.operators.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The operators of a model, in an order in which they can run, and its weights. Immutable. */
public final class Graph {
    private final List<Node> nodes;
    private final Map<String, Array> weights;

    Graph(List<Node> nodes, Map<String, Array> weights) {
        this.nodes = List.copyOf(nodes);
        this.weights = Map.copyOf(weights);
    }

    public Map<String, Array> weights() {
        return weights;
    }

    /**
     * The operators that lead from known values to wanted ones, and no others.
     *
     * @throws IllegalArgumentException if a value that is needed comes from nowhere
     */
    public List<Node> between(Set<String> known, Collection<String> wanted) {
        Map<String, Node> makers = new HashMap<>();
        nodes.forEach(node -> node.outputs().forEach(output -> makers.put(output, node)));
        Set<Node> needed = new HashSet<>();
        List<String> open = new ArrayList<>(wanted);
        while (!open.isEmpty()) {
            String value = open.remove(open.size() - 1);
            if (value.isEmpty() || known.contains(value) || weights.containsKey(value)) {
                continue;
            }
            Node maker = makers.get(value);
            if (maker == null) {
                throw new IllegalArgumentException("nothing makes the value '" + value + "'");
            }
            if (needed.add(maker)) {
                open.addAll(maker.inputs());
            }
        }
        return nodes.stream().filter(needed::contains).toList();
    }
}
