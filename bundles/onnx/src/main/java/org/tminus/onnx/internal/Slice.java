/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** The part of a graph between some values: the operators needed to make outputs from given inputs. */
final class Slice {
    private final BitSet nodes;
    private final List<Integer> inputs;
    private final List<Integer> initializers;

    private Slice(BitSet nodes, List<Integer> inputs, List<Integer> initializers) {
        this.nodes = nodes;
        this.inputs = inputs;
        this.initializers = initializers;
    }

    /**
     * Walks back from outputs.
     *
     * @param stops values that are given, beside the inputs of the graph
     */
    static Slice between(Graph graph, BitSet stops, Collection<Integer> outputs) {
        BitSet nodes = new BitSet(graph.nodes().size());
        BitSet seen = new BitSet(graph.valueCount());
        TreeSet<Integer> inputs = new TreeSet<>();
        TreeSet<Integer> initializers = new TreeSet<>();
        ArrayDeque<Integer> open = new ArrayDeque<>(outputs);
        while (true) {
            Integer value = open.poll();
            if (value == null) {
                break;
            }
            if (seen.get(value)) {
                continue;
            }
            seen.set(value);
            int producer = graph.producer(value);
            if (stops.get(value)) {
                inputs.add(value);
            } else if (producer >= 0) {
                if (!nodes.get(producer)) {
                    nodes.set(producer);
                    for (int read : graph.nodes().get(producer).reads()) {
                        open.add(read);
                    }
                }
            } else if (graph.isInitializer(graph.name(value))) {
                initializers.add(value);
            } else {
                inputs.add(value);
            }
        }
        return new Slice(nodes, List.copyOf(inputs), List.copyOf(initializers));
    }

    /** Operators by index. */
    BitSet nodes() {
        return nodes;
    }

    /** Values that must be given: stops and inputs of the graph that are read. */
    List<Integer> inputs() {
        return inputs;
    }

    List<Integer> initializers() {
        return initializers;
    }

    /** Operators in order. */
    List<Node> nodes(Graph graph) {
        List<Node> result = new ArrayList<>(nodes.cardinality());
        for (int n = nodes.nextSetBit(0); n >= 0; n = nodes.nextSetBit(n + 1)) {
            result.add(graph.nodes().get(n));
        }
        return result;
    }
}
