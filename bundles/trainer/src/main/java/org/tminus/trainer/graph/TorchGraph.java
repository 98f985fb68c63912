/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.tminus.onnx.OnnxModel;

/**
 * An ONNX graph on libtorch: every node is computed by operations that have gradients. Any part of it can be run, from values
 * that are given to values that are asked for, so that layers can be left out by giving the state of another layer.
 *
 * <p>The graph holds the weights of the file, frozen and shared; a {@link Frame} holds the values of one run and may replace
 * weights by trained ones. Safe for several threads, each with frames of its own. Owns native memory until it is closed.
 */
public final class TorchGraph implements AutoCloseable {
    /** Computes a node. */
    interface Kernel {
        Tensor[] run(Inputs inputs);
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Node(int[] inputs, int[] outputs, Kernel kernel) {}

    /** The nodes between given and wanted values, in order. */
    static final class Part {
        private final List<Node> nodes;

        private Part(List<Node> nodes) {
            this.nodes = List.copyOf(nodes);
        }

        /** Computations in it. */
        int size() {
            return nodes.size();
        }
    }

    private final OnnxSource source;
    private final Map<String, Integer> slots = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Integer, Integer> producers = new HashMap<>();
    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final List<Fusion.Step> steps;
    private boolean closed;

    private TorchGraph(OnnxSource source, List<Fusion.Step> steps) {
        this.source = source;
        this.steps = steps;
    }

    /**
     * Loads a model.
     *
     * @param kept values that must stay available; others may vanish where operators are fused
     * @throws UnsupportedOperatorsException if it has operators that cannot be trained
     */
    @SuppressWarnings("try") // the scope works by being open
    static TorchGraph of(OnnxModel model, Collection<String> kept) {
        OnnxSource source = OnnxSource.of(model);
        List<String> refused = unsupported(source);
        if (!refused.isEmpty()) {
            throw new UnsupportedOperatorsException(refused);
        }
        TorchGraph graph = new TorchGraph(source, Fusion.of(source, kept));
        try (PointerScope scope = new PointerScope()) {
            graph.load();
        }
        return graph;
    }

    /** One line for every node that cannot be trained; empty if the model can. */
    public static List<String> unsupported(OnnxModel model) {
        return unsupported(OnnxSource.of(model));
    }

    private static List<String> unsupported(OnnxSource source) {
        List<String> refused = new ArrayList<>();
        for (NodeProto node : source.graph().getNodeList()) {
            try {
                Operators.kernel(node, source);
            } catch (Operators.Unsupported e) {
                refused.add(e.getMessage() + " (node " + (node.getName().isEmpty() ? node.getOutput(0) : node.getName())
                        + ")");
            }
        }
        for (TensorProto tensor : source.initializers().values()) {
            if (!Torch.isKnown(tensor.getDataType())) {
                refused.add("weight of type " + TensorProto.DataType.forNumber(tensor.getDataType()) + " ("
                        + tensor.getName() + ")");
            }
        }
        return refused;
    }

    private void load() {
        for (Map.Entry<String, TensorProto> entry : source.initializers().entrySet()) {
            Tensor tensor = Torch.tensor(source, entry.getValue());
            tensor.retainReference();
            weights.put(entry.getKey(), tensor);
            slot(entry.getKey());
        }
        source.graph().getInputList().forEach(input -> slot(input.getName()));
        for (Fusion.Step step : steps) {
            int[] inputs = new int[step.inputs().size()];
            for (int i = 0; i < inputs.length; i++) {
                String name = step.inputs().get(i);
                inputs[i] = name.isEmpty() ? -1 : slot(name);
            }
            int[] outputs = new int[step.outputs().size()];
            for (int i = 0; i < outputs.length; i++) {
                outputs[i] = slot(step.outputs().get(i));
                producers.put(outputs[i], nodes.size());
            }
            nodes.add(new Node(inputs, outputs, step.kernel()));
        }
    }

    private int slot(String name) {
        return slots.computeIfAbsent(name, key -> slots.size());
    }

    OnnxSource source() {
        return source;
    }

    boolean hasValue(String name) {
        return slots.containsKey(name);
    }

    int slotOf(String name) {
        Integer slot = slots.get(name);
        if (slot == null) {
            throw new IllegalArgumentException("The graph has no value " + name);
        }
        return slot;
    }

    /**
     * A frame that holds the weights of the file: their memory is shared, but each frame has handles of its own, since a
     * handle may keep books on gradients that are not made for several threads.
     */
    @SuppressWarnings("try") // the scope works by being open
    Frame newFrame() {
        Frame frame = new Frame(slots.size());
        try (PointerScope scope = new PointerScope()) {
            weights.forEach((name, tensor) -> {
                Tensor handle = tensor.detach();
                handle.retainReference();
                frame.own(slotOf(name), handle);
            });
        }
        return frame;
    }

    /** The nodes that make the wanted values from the given ones, the graph's inputs and weights. */
    Part part(Collection<String> given, Collection<String> wanted) {
        Set<Integer> there = new HashSet<>();
        given.forEach(name -> there.add(slotOf(name)));
        BitSet needed = new BitSet();
        Deque<Integer> open = new ArrayDeque<>();
        wanted.forEach(name -> open.add(slotOf(name)));
        while (!open.isEmpty()) {
            int slot = open.pop();
            Integer producer = there.contains(slot) ? null : producers.get(slot);
            if (producer != null && !needed.get(producer)) {
                needed.set(producer);
                for (int input : nodes.get(producer).inputs()) {
                    if (input >= 0) {
                        open.push(input);
                    }
                }
            }
        }
        return new Part(needed.stream().mapToObj(nodes::get).toList());
    }

    /** Computes a part; what it reads must be in the frame. */
    void run(Part part, Frame frame) {
        for (Node node : part.nodes) {
            Tensor[] results = node.kernel.run(new Inputs(frame, node.inputs));
            for (int i = 0; i < node.outputs.length; i++) {
                frame.set(node.outputs[i], results[i]);
            }
        }
    }

    /**
     * The values that do not depend on the graph's inputs but are read where others do: constants, and what is computed of them
     * and of weights.
     */
    List<String> constants() {
        BitSet varying = new BitSet();
        source.graph().getInputList().stream()
                .map(ValueInfoProto::getName)
                .filter(name -> !weights.containsKey(name))
                .forEach(name -> varying.set(slotOf(name)));
        Set<Integer> read = new HashSet<>();
        for (Node node : nodes) {
            if (Arrays.stream(node.inputs).anyMatch(slot -> slot >= 0 && varying.get(slot))) {
                Arrays.stream(node.outputs).forEach(varying::set);
                Arrays.stream(node.inputs).filter(slot -> slot >= 0).forEach(read::add);
            }
        }
        return slots.entrySet().stream()
                .filter(entry -> read.contains(entry.getValue()) && !varying.get(entry.getValue()))
                .map(Map.Entry::getKey)
                .filter(name -> !weights.containsKey(name))
                .toList();
    }

    /**
     * What can go after each node of a part: the values made in it that nobody reads later.
     *
     * @param kept values that stay
     */
    List<int[]> lastUses(Part part, Collection<String> kept) {
        Map<Integer, Integer> last = new HashMap<>();
        Set<Integer> made = new HashSet<>();
        for (int i = 0; i < part.nodes.size(); i++) {
            Node node = part.nodes.get(i);
            for (int slot : node.outputs) {
                made.add(slot);
                last.put(slot, i);
            }
            for (int slot : node.inputs) {
                if (made.contains(slot)) {
                    last.put(slot, i);
                }
            }
        }
        kept.forEach(name -> last.remove(slotOf(name)));
        return IntStream.range(0, part.nodes.size())
                .mapToObj(node -> last.entrySet().stream()
                        .filter(entry -> entry.getValue() == node)
                        .mapToInt(Map.Entry::getKey)
                        .toArray())
                .toList();
    }

    /**
     * Computes a part and frees what lies between after its last use, for runs without gradients. What stays is retained for the
     * caller, who releases it.
     *
     * @param lastUses of this part
     */
    @SuppressWarnings("try") // the scope works by being open
    void run(Part part, List<int[]> lastUses, Frame frame) {
        for (int i = 0; i < part.nodes.size(); i++) {
            Node node = part.nodes.get(i);
            try (PointerScope scope = new PointerScope()) {
                Tensor[] results = node.kernel.run(new Inputs(frame, node.inputs));
                for (int k = 0; k < node.outputs.length; k++) {
                    results[k].retainReference();
                    frame.set(node.outputs[k], results[k]);
                }
            }
            for (int slot : lastUses.get(i)) {
                frame.get(slot).releaseReference();
                frame.set(slot, null);
            }
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            weights.values().forEach(Tensor::releaseReference);
        }
    }
}
