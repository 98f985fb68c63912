/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.ValueInfo;

/** Puts slices of graphs together into one model, and gives its outputs the names asked for. Used once, by one thread. */
final class ModelBuilder {
    private static final String TOOL = "tminus";

    /** Since this version of the format initializers need not be listed among the inputs. */
    private static final long IR_VERSION = 4;

    private final TreeMap<Integer, NodeProto> shared = new TreeMap<>();
    private final TreeMap<Integer, List<NodeProto>> conversions = new TreeMap<>();
    private final List<NodeProto> appended = new ArrayList<>();
    private final Map<String, TensorProto> initializers = new LinkedHashMap<>();
    private final Map<String, SparseTensorProto> sparse = new LinkedHashMap<>();
    private final Map<String, ValueInfo> inputs = new LinkedHashMap<>();
    private final Map<String, Integer> types = new LinkedHashMap<>();
    private final Map<String, OperatorSetIdProto> opsets = new TreeMap<>();
    private final Map<String, FunctionProto> functions = new LinkedHashMap<>();
    private long irVersion = IR_VERSION;

    /** Adds the operators of a slice of the main model; one that another slice brought already is not added again. */
    void add(Graph graph, Slice slice, UnaryOperator<String> names) throws OnnxFormatException {
        imports(graph);
        for (int n = slice.nodes().nextSetBit(0); n >= 0; n = slice.nodes().nextSetBit(n + 1)) {
            shared.putIfAbsent(n, Subgraphs.rename(graph.nodes().get(n).proto(), names));
        }
        weights(graph, slice, names);
    }

    /**
     * Adds an operator that the model does not have; one that is there already is not added again.
     *
     * @param after the operator of the main model that it comes after; -1 for none
     */
    void convert(NodeProto node, int after) {
        List<NodeProto> here = conversions.computeIfAbsent(after, key -> new ArrayList<>());
        if (!here.contains(node)) {
            here.add(node);
        }
    }

    /** Adds an operator after all that are there. */
    void append(NodeProto node) {
        appended.add(node);
    }

    /** The operators of the main model in order, and what converts between them. */
    private List<NodeProto> ordered() {
        List<NodeProto> nodes = new ArrayList<>(conversions.getOrDefault(-1, List.of()));
        int done = -1;
        for (Map.Entry<Integer, NodeProto> entry : shared.entrySet()) {
            conversions.subMap(done, false, entry.getKey(), false).values().forEach(nodes::addAll);
            nodes.add(entry.getValue());
            nodes.addAll(conversions.getOrDefault(entry.getKey(), List.of()));
            done = entry.getKey();
        }
        conversions.tailMap(done, false).values().forEach(nodes::addAll);
        return nodes;
    }

    /** Adds the operators of a slice of another model, after all those of the main one. */
    void append(Graph graph, Slice slice, String prefix, UnaryOperator<String> names) throws OnnxFormatException {
        imports(graph);
        for (Node node : slice.nodes(graph)) {
            NodeProto renamed = Subgraphs.rename(node.proto(), names);
            appended.add(
                    renamed.getName().isEmpty()
                            ? renamed
                            : renamed.toBuilder()
                                    .setName(prefix + renamed.getName())
                                    .build());
        }
        weights(graph, slice, names);
    }

    private void weights(Graph graph, Slice slice, UnaryOperator<String> names) {
        for (int value : slice.initializers()) {
            String name = graph.name(value);
            TensorProto tensor = graph.initializer(name);
            SparseTensorProto sparseTensor = graph.sparseInitializer(name);
            String renamed = names.apply(name);
            if (tensor != null) {
                initializers.put(
                        renamed,
                        renamed.equals(name)
                                ? tensor
                                : tensor.toBuilder().setName(renamed).build());
            } else if (sparseTensor != null) {
                sparse.put(renamed, Subgraphs.rename(sparseTensor, names));
            }
        }
    }

    private void imports(Graph graph) throws OnnxFormatException {
        irVersion = Math.max(irVersion, graph.model().getIrVersion());
        for (OperatorSetIdProto opset : graph.model().getOpsetImportList()) {
            String domain = opset.getDomain().equals("ai.onnx") ? "" : opset.getDomain();
            OperatorSetIdProto other = opsets.putIfAbsent(domain, opset);
            if (other != null && other.getVersion() != opset.getVersion()) {
                throw new OnnxFormatException(
                        "The model and its exits use versions " + other.getVersion() + " and " + opset.getVersion()
                                + " of the operators '" + (domain.isEmpty() ? "ai.onnx" : Names.shown(domain)) + "'.",
                        "Write both files with the same version of operators.");
            }
        }
        for (FunctionProto function : graph.model().getFunctionsList()) {
            FunctionProto other = functions.putIfAbsent(function.getDomain() + ":" + function.getName(), function);
            if (other != null && !other.equals(function)) {
                throw new OnnxFormatException(
                        "The model and its exits define the function '" + Names.shown(function.getName())
                                + "' differently.",
                        "Rename one of the functions.");
            }
        }
    }

    /** Adds an input; one of the same name that is there already stays. */
    void input(ValueInfo info, int type) throws OnnxFormatException {
        if (!Types.isKnown(type)) {
            throw new OnnxFormatException(
                    "The type of the value '" + Names.shown(info.name())
                            + "' cannot be found, so the graph cannot be cut there.",
                    "Export the model with shape inference, so that the types of values are in the file.");
        }
        if (inputs.putIfAbsent(info.name(), info) == null) {
            types.put(info.name(), type);
        }
    }

    /** One result: the name it must have, where it comes from, and what it is. */
    record Result(String name, String value, ValueInfo info, int type) {}

    /** Builds the model; values or inputs that take the name of a result are renamed first. */
    Composition build(List<Result> results, @Nullable String hiddenInput) throws OnnxFormatException {
        List<NodeProto> nodes = ordered();
        nodes.addAll(appended);
        Set<String> made = new HashSet<>();
        nodes.forEach(node -> made.addAll(node.getOutputList()));
        Map<String, String> renames = new LinkedHashMap<>();
        for (Result result : results) {
            boolean direct = result.value().equals(result.name()) && made.contains(result.name());
            boolean taken = made.contains(result.name())
                    || inputs.containsKey(result.name())
                    || initializers.containsKey(result.name())
                    || sparse.containsKey(result.name());
            if (!direct && taken) {
                renames.put(result.name(), unused(result.name() + "/given", made));
            }
        }
        UnaryOperator<String> names = name -> renames.getOrDefault(name, name);
        GraphProto.Builder graph = GraphProto.newBuilder().setName(TOOL);
        for (NodeProto node : nodes) {
            graph.addNode(renames.isEmpty() ? node : Subgraphs.rename(node, names));
        }
        boolean external = false;
        for (Map.Entry<String, TensorProto> entry : initializers.entrySet()) {
            TensorProto tensor = entry.getValue();
            external |= tensor.getDataLocation() == DataLocation.EXTERNAL;
            graph.addInitializer(
                    renames.containsKey(entry.getKey())
                            ? tensor.toBuilder()
                                    .setName(names.apply(entry.getKey()))
                                    .build()
                            : tensor);
        }
        sparse.values().forEach(tensor -> graph.addSparseInitializer(Subgraphs.rename(tensor, names)));
        List<ValueInfo> given = new ArrayList<>();
        inputs.forEach((name, info) -> {
            ValueInfo renamed = new ValueInfo(names.apply(name), info.type(), info.shape());
            given.add(renamed);
            graph.addInput(Shapes.proto(renamed, types.getOrDefault(name, Types.UNKNOWN)));
        });
        List<ValueInfo> answers = new ArrayList<>();
        for (Result result : results) {
            boolean direct = result.value().equals(result.name()) && !renames.containsKey(result.name());
            if (!direct) {
                graph.addNode(NodeProto.newBuilder()
                        .setOpType("Identity")
                        .setName(TOOL + "/" + result.name())
                        .addInput(names.apply(result.value()))
                        .addOutput(result.name()));
            }
            ValueInfo answer = new ValueInfo(
                    result.name(), result.info().type(), result.info().shape());
            answers.add(answer);
            if (!Types.isKnown(result.type())) {
                throw new OnnxFormatException(
                        "The type of the value '" + Names.shown(result.value())
                                + "' cannot be found, so the graph cannot be cut there.",
                        "Export the model with shape inference, so that the types of values are in the file.");
            }
            graph.addOutput(Shapes.proto(answer, result.type()));
        }
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(irVersion)
                .setProducerName(TOOL)
                .addAllOpsetImport(opsets.values())
                .addAllFunctions(functions.values())
                .setGraph(graph)
                .build();
        return new Composition(
                model,
                List.copyOf(given),
                List.copyOf(answers),
                hiddenInput == null ? null : names.apply(hiddenInput),
                external);
    }

    private String unused(String name, Set<String> made) {
        String candidate = name;
        while (made.contains(candidate) || inputs.containsKey(candidate) || initializers.containsKey(candidate)) {
            candidate += "'";
        }
        return candidate;
    }
}
