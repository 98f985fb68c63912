/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The values after a root through which everything flows that depends on the root: the dominators of the outputs on the graph without side
 * values. What does not depend on the root is a side value: it can be computed whichever layers run.
 *
 * <p>In a topological order in which every operator lies on a way from the root to an output, a value dominates the outputs just if no edge jumps
 * over it. One pass finds them all.
 */
final class Cuts {
    private final int root;
    private final BitSet body;
    private final List<Integer> values;
    private final List<Integer> ends;

    private Cuts(int root, BitSet body, List<Integer> values, List<Integer> ends) {
        this.root = root;
        this.body = body;
        this.values = values;
        this.ends = ends;
    }

    /**
     * @param shapeIsSide whether the dimensions of the root itself count as a side value: the root is made before any layer runs
     */
    static Cuts from(Graph graph, int root, boolean shapeIsSide) {
        BitSet needed = new BitSet(graph.nodes().size());
        for (int n = 0; n < graph.nodes().size(); n++) {
            needed.set(n, graph.isNeeded(n));
        }
        return between(graph, root, shapeIsSide, needed, -1);
    }

    /**
     * The cuts on the way to one value instead of to the outputs.
     *
     * @param needed the operators on which the value depends
     */
    static Cuts toward(Graph graph, int root, BitSet needed, int target) {
        return between(graph, root, false, needed, target);
    }

    private static Cuts between(Graph graph, int root, boolean shapeIsSide, BitSet needed, int target) {
        List<Node> nodes = graph.nodes();
        BitSet body = new BitSet(nodes.size());
        BitSet reached = new BitSet(graph.valueCount());
        reached.set(root);
        for (int n = needed.nextSetBit(graph.producer(root) + 1); n >= 0; n = needed.nextSetBit(n + 1)) {
            Node node = nodes.get(n);
            if (shapeIsSide && node.is("Shape") && node.inputs().length > 0 && node.inputs()[0] == root) {
                continue;
            }
            for (int value : node.reads()) {
                if (reached.get(value)) {
                    body.set(n);
                    for (int output : node.outputs()) {
                        if (output >= 0) {
                            reached.set(output);
                        }
                    }
                    break;
                }
            }
        }
        List<Integer> values = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        values.add(root);
        ends.add(graph.producer(root));
        int furthest = lastUse(graph, body, root, target);
        for (int n = body.nextSetBit(0); n >= 0; n = body.nextSetBit(n + 1)) {
            int live = 0;
            int only = -1;
            int next = furthest;
            for (int output : nodes.get(n).outputs()) {
                int last = output < 0 ? -1 : lastUse(graph, body, output, target);
                if (last >= 0) {
                    live++;
                    only = output;
                    next = Math.max(next, last);
                }
            }
            if (live == 1 && furthest <= n) {
                values.add(only);
                ends.add(n);
            }
            furthest = next;
        }
        return new Cuts(root, body, values, ends);
    }

    /** The last operator of the body that reads a value; past all for an output; -1 if none does. */
    private static int lastUse(Graph graph, BitSet body, int value, int target) {
        if (target < 0 ? graph.isOutput(value) : value == target) {
            return Integer.MAX_VALUE;
        }
        int[] consumers = graph.consumers(value);
        for (int i = consumers.length - 1; i >= 0; i--) {
            if (body.get(consumers[i])) {
                return consumers[i];
            }
        }
        return -1;
    }

    int root() {
        return root;
    }

    /** The operators that depend on the root and on which an output depends. */
    BitSet body() {
        return body;
    }

    /** The root, then every cut in order. */
    List<Integer> values() {
        return values;
    }

    /** The operator that makes each cut; the part after cut {@code i} is the body between {@code ends(i)} and {@code ends(i + 1)}. */
    List<Integer> ends() {
        return ends;
    }

    int count() {
        return values.size();
    }

    /** The value made in a part that is read furthest after it, other than the part's own boundaries; -1 if none is. */
    int byProduct(Graph graph, int fromNode, int toNode) {
        int widest = -1;
        long span = 0;
        for (int n = body.nextSetBit(fromNode + 1); n >= 0 && n <= toNode; n = body.nextSetBit(n + 1)) {
            for (int output : graph.nodes().get(n).outputs()) {
                if (output >= 0) {
                    long last = lastUse(graph, body, output, -1);
                    if (last - n > span) {
                        span = last - n;
                        widest = output;
                    }
                }
            }
        }
        return widest;
    }
}
