/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The main graph of a checked model with numbers for values, and operators in an order in which each comes after what it reads. Immutable.
 */
public final class Graph {
    private final ModelProto model;
    private final TensorReader tensors;
    private final List<Node> nodes;
    private final List<String> names;
    private final Map<String, Integer> ids;
    private final Map<String, TensorProto> initializers;
    private final Map<String, SparseTensorProto> sparse;
    private final List<ValueInfoProto> inputs;
    private final Map<String, ValueInfoProto> infos;
    private final int[] producers;
    private final int[][] consumers;
    private final boolean[] isOutput;
    private final boolean[] needed;
    private final boolean[] variable;

    Graph(
            ModelProto model,
            TensorReader tensors,
            List<Node> nodes,
            List<String> names,
            Map<String, Integer> ids,
            Map<String, TensorProto> initializers,
            Map<String, SparseTensorProto> sparse,
            List<ValueInfoProto> inputs,
            Map<String, ValueInfoProto> infos) {
        this.model = model;
        this.tensors = tensors;
        this.nodes = List.copyOf(nodes);
        this.names = List.copyOf(names);
        this.ids = Map.copyOf(ids);
        this.initializers = initializers;
        this.sparse = sparse;
        this.inputs = List.copyOf(inputs);
        this.infos = infos;
        int values = names.size();
        producers = new int[values];
        Arrays.fill(producers, -1);
        int[] counts = new int[values];
        for (int n = 0; n < nodes.size(); n++) {
            for (int v : nodes.get(n).outputs()) {
                if (v >= 0) {
                    producers[v] = n;
                }
            }
            for (int v : nodes.get(n).reads()) {
                counts[v]++;
            }
        }
        consumers = new int[values][];
        for (int v = 0; v < values; v++) {
            consumers[v] = new int[counts[v]];
        }
        for (int n = nodes.size() - 1; n >= 0; n--) {
            for (int v : nodes.get(n).reads()) {
                consumers[v][--counts[v]] = n;
            }
        }
        isOutput = new boolean[values];
        for (ValueInfoProto output : model.getGraph().getOutputList()) {
            isOutput[id(output.getName())] = true;
        }
        needed = needed();
        variable = variable(values);
    }

    private boolean[] needed() {
        boolean[] wanted = isOutput.clone();
        boolean[] result = new boolean[nodes.size()];
        for (int n = nodes.size() - 1; n >= 0; n--) {
            for (int v : nodes.get(n).outputs()) {
                result[n] |= v >= 0 && wanted[v];
            }
            if (result[n]) {
                for (int v : nodes.get(n).reads()) {
                    wanted[v] = true;
                }
            }
        }
        return result;
    }

    private boolean[] variable(int values) {
        boolean[] result = new boolean[values];
        for (ValueInfoProto input : inputs) {
            result[id(input.getName())] = true;
        }
        for (Node node : nodes) {
            boolean depends = node.op().startsWith("Random") || node.is("Bernoulli") || node.is("Multinomial");
            for (int v : node.reads()) {
                depends |= result[v];
            }
            if (depends) {
                for (int v : node.outputs()) {
                    if (v >= 0) {
                        result[v] = true;
                    }
                }
            }
        }
        return result;
    }

    /** The model as the file has it; a private detail of the bundle. */
    public ModelProto model() {
        return model;
    }

    TensorReader tensors() {
        return tensors;
    }

    /** Operators, each after what it reads. */
    public List<Node> nodes() {
        return nodes;
    }

    int valueCount() {
        return names.size();
    }

    String name(int value) {
        return names.get(value);
    }

    /** The number of a value, or -1. */
    int id(String name) {
        return ids.getOrDefault(name, -1);
    }

    /** What a caller gives: inputs without those that only name an initializer. */
    public List<ValueInfoProto> inputs() {
        return inputs;
    }

    boolean isInput(String name) {
        for (ValueInfoProto input : inputs) {
            if (input.getName().equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** Outputs in the order of the file. */
    public List<ValueInfoProto> outputs() {
        return model.getGraph().getOutputList();
    }

    @Nullable
    TensorProto initializer(String name) {
        return initializers.get(name);
    }

    @Nullable
    SparseTensorProto sparseInitializer(String name) {
        return sparse.get(name);
    }

    boolean isInitializer(String name) {
        return initializers.containsKey(name) || sparse.containsKey(name);
    }

    /** What the file declares of a value, if anything. */
    @Nullable
    ValueInfoProto declared(String name) {
        return infos.get(name);
    }

    /** The operator that makes a value, or -1. */
    int producer(int value) {
        return producers[value];
    }

    /** The operators that read a value, each once, ascending. */
    int[] consumers(int value) {
        return consumers[value];
    }

    boolean isOutput(int value) {
        return isOutput[value];
    }

    /** Whether an output depends on the operator. */
    boolean isNeeded(int node) {
        return needed[node];
    }

    /** Whether a value depends on what the model is given, and is not the same in every run. */
    boolean isVariable(int value) {
        return variable[value];
    }

    /** The version of the standard operators. */
    long opset() {
        for (OperatorSetIdProto opset : model.getOpsetImportList()) {
            if (opset.getDomain().isEmpty() || opset.getDomain().equals("ai.onnx")) {
                return opset.getVersion();
            }
        }
        return 1;
    }
}
