/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.AbstractSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tminus.onnx.Limits;
import org.tminus.onnx.OnnxFormatException;

/** Parses a model and checks all that later code relies on. */
public final class GraphReader {
    /** Levels of messages: far more than {@link Limits} lets subgraphs nest, few enough for any stack. */
    private static final int MESSAGE_DEPTH = 90;

    /** Of the standard operators, that ONNX Runtime 1.23 knows. */
    private static final long NEWEST_OPSET = 23;

    private static final String ADVICE = "Export the model again with a current exporter.";

    private final Limits limits;
    private final TensorReader tensors;
    private int nodesSeen;

    private GraphReader(Limits limits, @Nullable Path folder) {
        this.limits = limits;
        this.tensors = new TensorReader(limits, new ExternalData.Resolver(folder));
    }

    /**
     * Reads a model.
     *
     * @param bytes the file; must not change afterwards, the result refers to it
     * @param folder where external data may lie; null if nowhere
     */
    public static Graph read(byte[] bytes, @Nullable Path folder, Limits limits) throws OnnxFormatException {
        if (bytes.length == 0) {
            throw new OnnxFormatException("The file is empty.", "Check that the file was copied completely.");
        }
        if (bytes.length > limits.fileBytes()) {
            throw new OnnxFormatException(
                    "The file has " + bytes.length + " bytes, more than the limit of " + limits.fileBytes() + ".",
                    "Store the weights as external data, or raise the limit.");
        }
        WireScan.check(
                bytes, ModelProto.getDescriptor(), 4L * bytes.length + limits.parseOverheadBytes(), MESSAGE_DEPTH);
        ModelProto model;
        try {
            CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
            in.enableAliasing(true);
            model = ModelProto.parseFrom(in);
        } catch (InvalidProtocolBufferException e) {
            throw new OnnxFormatException(
                    "This is not an ONNX file: " + e.getMessage(), "Check that the file was copied completely.", e);
        } catch (IOException e) {
            throw new OnnxFormatException("The model cannot be parsed: " + e.getMessage(), ADVICE, e);
        }
        return new GraphReader(limits, folder).build(model);
    }

    private Graph build(ModelProto model) throws OnnxFormatException {
        if (!model.hasGraph()) {
            throw new OnnxFormatException(
                    "The file holds no graph: it is not an ONNX model.", "Check that it is the right file.");
        }
        if (model.getIrVersion() < 1) {
            throw bad("the model names no version of the format (ir_version)");
        }
        checkOpsets(model.getOpsetImportList());
        GraphProto graph = model.getGraph();
        Map<String, TensorProto> initializers = new HashMap<>();
        Map<String, SparseTensorProto> sparse = new HashMap<>();
        Map<String, ValueInfoProto> infos = new HashMap<>();
        checkLocals(graph, "the main graph", initializers, sparse, infos);
        List<ValueInfoProto> inputs = new ArrayList<>();
        Map<String, Integer> ids = new HashMap<>();
        List<String> names = new ArrayList<>();
        for (ValueInfoProto input : graph.getInputList()) {
            number(input.getName(), ids, names);
            if (!initializers.containsKey(input.getName()) && !sparse.containsKey(input.getName())) {
                inputs.add(input);
                if (!input.getType().hasTensorType()) {
                    throw bad("the input '" + Names.shown(input.getName()) + "' is no tensor");
                }
            }
        }
        for (TensorProto tensor : graph.getInitializerList()) {
            number(tensor.getName(), ids, names);
        }
        for (SparseTensorProto tensor : graph.getSparseInitializerList()) {
            number(tensor.getValues().getName(), ids, names);
        }
        if (graph.getOutputCount() == 0) {
            throw bad("the main graph has no outputs");
        }
        Map<String, Integer> producers = new HashMap<>();
        List<NodeProto> protos = graph.getNodeList();
        for (int n = 0; n < protos.size(); n++) {
            for (String output : protos.get(n).getOutputList()) {
                if (output.isEmpty()) {
                    continue;
                }
                Integer other = producers.putIfAbsent(output, n);
                if (other != null || ids.containsKey(output)) {
                    throw bad("the value '" + Names.shown(output) + "' is made twice in the main graph"
                            + (other == null ? ", once by an operator and once as input or initializer" : ""));
                }
            }
        }
        producers.keySet().stream().sorted().forEach(name -> number(name, ids, names));
        Set<String> scope = ids.keySet();
        List<Set<String>> reads = new ArrayList<>(protos.size());
        for (int n = 0; n < protos.size(); n++) {
            NodeProto node = protos.get(n);
            checkNode(node, "operator " + n + " of the main graph", scope, 0);
            Set<String> read = new LinkedHashSet<>(node.getInputList());
            read.remove("");
            Subgraphs.captured(node, read);
            reads.add(read);
        }
        for (ValueInfoProto output : graph.getOutputList()) {
            if (!ids.containsKey(output.getName())) {
                throw bad("the output '" + Names.shown(output.getName()) + "' is made by no operator");
            }
        }
        checkFunctions(model);
        List<Node> nodes = new ArrayList<>(protos.size());
        for (int index : sorted(protos, reads, producers)) {
            nodes.add(node(protos.get(index), reads.get(index), ids));
        }
        return new Graph(model, tensors, nodes, names, ids, initializers, sparse, inputs, infos);
    }

    private static Node node(NodeProto proto, Set<String> reads, Map<String, Integer> ids) {
        int[] inputs = new int[proto.getInputCount()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = ids.getOrDefault(proto.getInput(i), -1);
        }
        int[] outputs = new int[proto.getOutputCount()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = ids.getOrDefault(proto.getOutput(i), -1);
        }
        int[] read = reads.stream().mapToInt(name -> ids.getOrDefault(name, -1)).toArray();
        return new Node(proto, inputs, read, outputs);
    }

    private static void number(String name, Map<String, Integer> ids, List<String> names) {
        if (ids.putIfAbsent(name, names.size()) == null) {
            names.add(name);
        }
    }

    /** Operators so that each comes after what it reads; keeps the order of the file where that allows it. */
    private static int[] sorted(List<NodeProto> nodes, List<Set<String>> reads, Map<String, Integer> producers)
            throws OnnxFormatException {
        int count = nodes.size();
        int[] missing = new int[count];
        List<List<Integer>> waiting = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            waiting.add(new ArrayList<>(0));
        }
        for (int n = 0; n < count; n++) {
            for (String read : reads.get(n)) {
                Integer producer = producers.get(read);
                if (producer != null) {
                    missing[n]++;
                    waiting.get(producer).add(n);
                }
            }
        }
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int n = 0; n < count; n++) {
            if (missing[n] == 0) {
                ready.add(n);
            }
        }
        int[] order = new int[count];
        int done = 0;
        while (true) {
            Integer next = ready.poll();
            if (next == null) {
                break;
            }
            order[done++] = next;
            for (int waiter : waiting.get(next)) {
                if (--missing[waiter] == 0) {
                    ready.add(waiter);
                }
            }
        }
        if (done < count) {
            int first = 0;
            while (missing[first] == 0) {
                first++;
            }
            throw bad("the graph has a cycle: " + new Node(nodes.get(first), new int[0], new int[0], new int[0]).label()
                    + " is in it or after it");
        }
        return order;
    }

    private static void checkOpsets(List<OperatorSetIdProto> opsets) throws OnnxFormatException {
        Map<String, Long> versions = new HashMap<>();
        for (OperatorSetIdProto opset : opsets) {
            String domain = opset.getDomain().equals("ai.onnx") ? "" : opset.getDomain();
            if (opset.getVersion() < 1) {
                throw bad("the model asks for version " + opset.getVersion() + " of the operators '"
                        + Names.shown(domain) + "'");
            }
            if (domain.isEmpty() && opset.getVersion() > NEWEST_OPSET) {
                throw new OnnxFormatException(
                        "The model asks for version " + opset.getVersion()
                                + " of the operators; the newest that ONNX Runtime knows here is " + NEWEST_OPSET + ".",
                        "Export the model with opset " + NEWEST_OPSET + " or below.");
            }
            Long other = versions.put(domain, opset.getVersion());
            if (other != null && other != opset.getVersion()) {
                throw bad("the model asks for two versions of the operators '" + Names.shown(domain) + "'");
            }
        }
        if (versions.isEmpty()) {
            throw bad("the model names no version of its operators (opset_import)");
        }
    }

    /** Inputs, initializers and declarations of one graph. */
    private void checkLocals(
            GraphProto graph,
            String where,
            Map<String, TensorProto> initializers,
            Map<String, SparseTensorProto> sparse,
            Map<String, ValueInfoProto> infos)
            throws OnnxFormatException {
        Set<String> inputNames = new HashSet<>();
        for (ValueInfoProto input : graph.getInputList()) {
            checkInfo(input, "the input '" + Names.shown(input.getName()) + "' of " + where);
            if (input.getName().isEmpty() || !inputNames.add(input.getName())) {
                throw bad(
                        where + " has two inputs named '" + Names.shown(input.getName()) + "', or one without a name");
            }
            infos.put(input.getName(), input);
        }
        for (TensorProto tensor : graph.getInitializerList()) {
            String label = "the initializer '" + Names.shown(tensor.getName()) + "' of " + where;
            if (tensor.getName().isEmpty() || initializers.put(tensor.getName(), tensor) != null) {
                throw bad(label + " is there twice, or has no name");
            }
            tensors.check(tensor, label);
            ValueInfoProto input = infos.get(tensor.getName());
            if (input != null && input.getType().getTensorType().getElemType() != tensor.getDataType()) {
                throw bad(label + " has another type than the input of the same name");
            }
        }
        for (SparseTensorProto tensor : graph.getSparseInitializerList()) {
            String name = tensor.getValues().getName();
            String label = "the sparse initializer '" + Names.shown(name) + "' of " + where;
            if (name.isEmpty() || initializers.containsKey(name) || sparse.put(name, tensor) != null) {
                throw bad(label + " is there twice, or has no name");
            }
            checkSparse(tensor, label);
        }
        for (ValueInfoProto output : graph.getOutputList()) {
            checkInfo(output, "the output '" + Names.shown(output.getName()) + "' of " + where);
        }
        Set<String> outputNames = new HashSet<>();
        for (ValueInfoProto output : graph.getOutputList()) {
            if (output.getName().isEmpty() || !outputNames.add(output.getName())) {
                throw bad(where + " has two outputs named '" + Names.shown(output.getName())
                        + "', or one without a name");
            }
            infos.putIfAbsent(output.getName(), output);
        }
        for (ValueInfoProto info : graph.getValueInfoList()) {
            checkInfo(info, "the value '" + Names.shown(info.getName()) + "' of " + where);
            infos.putIfAbsent(info.getName(), info);
        }
    }

    private void checkSparse(SparseTensorProto tensor, String where) throws OnnxFormatException {
        tensors.check(tensor.getValues(), where);
        tensors.check(tensor.getIndices(), "the indices of " + where);
        tensors.elements(tensor.getDimsList(), where);
    }

    private void checkInfo(ValueInfoProto info, String where) throws OnnxFormatException {
        TypeProto type = info.getType();
        if (!type.hasTensorType()) {
            return;
        }
        int element = type.getTensorType().getElemType();
        if (!Types.isKnown(element)) {
            throw bad(where + " has the unknown element type " + element);
        }
        List<Dimension> dims = type.getTensorType().getShape().getDimList();
        List<Long> fixed = new ArrayList<>();
        for (Dimension dim : dims) {
            fixed.add(dim.hasDimValue() && dim.getDimValue() != 0 ? dim.getDimValue() : 1);
        }
        tensors.elements(fixed, where);
    }

    private void checkNode(NodeProto node, String where, Set<String> scope, int depth) throws OnnxFormatException {
        if (++nodesSeen > limits.nodes()) {
            throw new OnnxFormatException(
                    "The model has more than " + limits.nodes() + " operators.",
                    "If you trust the file, raise the limit of operators.");
        }
        if (node.getOpType().isEmpty()) {
            throw bad(where + " does not say which operator it is");
        }
        String label = where + ", '" + Names.shown(node.getName()) + "' (" + Names.shown(node.getOpType()) + ")";
        for (String input : node.getInputList()) {
            if (!input.isEmpty() && !scope.contains(input)) {
                throw bad(label + " reads the value '" + Names.shown(input) + "', which nothing makes");
            }
        }
        Set<String> names = new HashSet<>();
        for (AttributeProto attribute : node.getAttributeList()) {
            if (!names.add(attribute.getName())) {
                throw bad(label + " has the attribute '" + Names.shown(attribute.getName()) + "' twice");
            }
            checkAttribute(attribute, label + ", attribute '" + Names.shown(attribute.getName()) + "'", scope, depth);
        }
    }

    private void checkAttribute(AttributeProto attribute, String where, Set<String> scope, int depth)
            throws OnnxFormatException {
        AttributeType type = attribute.getType();
        boolean fits =
                switch (type) {
                    case INT -> !attribute.hasF() && !attribute.hasS() && !attribute.hasT();
                    case FLOAT -> !attribute.hasI() && !attribute.hasS() && !attribute.hasT();
                    case STRING -> !attribute.hasI() && !attribute.hasF() && !attribute.hasT();
                    case TENSOR -> attribute.hasT();
                    case GRAPH -> attribute.hasG();
                    case SPARSE_TENSOR -> attribute.hasSparseTensor();
                    case INTS -> attribute.getFloatsCount() == 0 && attribute.getStringsCount() == 0;
                    case FLOATS -> attribute.getIntsCount() == 0 && attribute.getStringsCount() == 0;
                    case STRINGS -> attribute.getIntsCount() == 0 && attribute.getFloatsCount() == 0;
                    default -> true;
                };
        if (!fits) {
            throw bad(where + " says that it is of type " + type + ", but holds something else");
        }
        if (attribute.hasT()) {
            tensors.check(attribute.getT(), where);
        }
        for (TensorProto tensor : attribute.getTensorsList()) {
            tensors.check(tensor, where);
        }
        if (attribute.hasSparseTensor()) {
            checkSparse(attribute.getSparseTensor(), where);
        }
        for (SparseTensorProto tensor : attribute.getSparseTensorsList()) {
            checkSparse(tensor, where);
        }
        if (attribute.hasG()) {
            checkSubgraph(attribute.getG(), where, scope, depth + 1);
        }
        for (GraphProto graph : attribute.getGraphsList()) {
            checkSubgraph(graph, where, scope, depth + 1);
        }
    }

    private void checkSubgraph(GraphProto graph, String where, Set<String> outer, int depth)
            throws OnnxFormatException {
        if (depth > limits.subgraphDepth()) {
            throw new OnnxFormatException(
                    "Subgraphs are nested more than " + limits.subgraphDepth() + " deep.",
                    "Export the model without deeply nested control flow.");
        }
        String label = "the subgraph of " + (where.length() > 300 ? "an operator in a subgraph" : where);
        Map<String, TensorProto> initializers = new HashMap<>();
        Map<String, SparseTensorProto> sparse = new HashMap<>();
        Map<String, ValueInfoProto> infos = new HashMap<>();
        checkLocals(graph, label, initializers, sparse, infos);
        Scope scope = new Scope(outer);
        graph.getInputList().forEach(input -> scope.add(input.getName()));
        scope.addAll(initializers.keySet());
        scope.addAll(sparse.keySet());
        Set<String> made = new HashSet<>();
        // Bodies are run in the order of the file, so there a value must come before what reads it; that also rules out
        // cycles.
        for (int n = 0; n < graph.getNodeCount(); n++) {
            NodeProto node = graph.getNode(n);
            checkNode(node, "operator " + n + " of " + label, scope, depth);
            for (String output : node.getOutputList()) {
                if (!output.isEmpty() && !made.add(output)) {
                    throw bad("the value '" + Names.shown(output) + "' is made twice in " + label);
                }
                scope.add(output);
            }
        }
        for (ValueInfoProto output : graph.getOutputList()) {
            if (!scope.contains(output.getName())) {
                throw bad("the output '" + Names.shown(output.getName()) + "' of " + label + " is made by no operator");
            }
        }
    }

    private void checkFunctions(ModelProto model) throws OnnxFormatException {
        Map<String, FunctionProto> functions = new HashMap<>();
        for (FunctionProto function : model.getFunctionsList()) {
            String key = function.getDomain() + ":" + function.getName();
            String label = "the function '" + Names.shown(function.getName()) + "'";
            if (functions.put(key, function) != null) {
                throw bad(label + " is there twice");
            }
            Scope scope = new Scope(Set.of());
            scope.addAll(function.getInputList());
            for (int n = 0; n < function.getNodeCount(); n++) {
                checkNode(function.getNode(n), "operator " + n + " of " + label, scope, 0);
                scope.addAll(function.getNode(n).getOutputList());
            }
            for (String output : function.getOutputList()) {
                if (!scope.contains(output)) {
                    throw bad("the output '" + Names.shown(output) + "' of " + label + " is made by no operator");
                }
            }
        }
        checkCalls(functions);
    }

    /** Functions that call each other in a circle would never end where a runtime inlines them. */
    private static void checkCalls(Map<String, FunctionProto> functions) throws OnnxFormatException {
        Map<String, Set<String>> calls = new HashMap<>();
        for (Map.Entry<String, FunctionProto> entry : functions.entrySet()) {
            Set<String> called = new HashSet<>();
            ArrayDeque<NodeProto> open = new ArrayDeque<>(entry.getValue().getNodeList());
            while (true) {
                NodeProto node = open.poll();
                if (node == null) {
                    break;
                }
                called.add(node.getDomain() + ":" + node.getOpType());
                for (AttributeProto attribute : node.getAttributeList()) {
                    open.addAll(attribute.getG().getNodeList());
                    attribute.getGraphsList().forEach(graph -> open.addAll(graph.getNodeList()));
                }
            }
            called.retainAll(functions.keySet());
            calls.put(entry.getKey(), called);
        }
        Set<String> left = new HashSet<>(calls.keySet());
        while (!left.isEmpty()) {
            int before = left.size();
            left.removeIf(key -> Collections.disjoint(calls.getOrDefault(key, Set.of()), left));
            if (left.size() == before) {
                throw bad("the functions " + Names.shown(left.toString()) + " call each other in a circle");
            }
        }
    }

    /** Names visible in a body: its own, then those around it; looked up without copying the outer ones. */
    private static final class Scope extends AbstractSet<String> {
        private final Set<String> outer;
        private final Set<String> own = new HashSet<>();

        Scope(Set<String> outer) {
            this.outer = outer;
        }

        @Override
        public boolean add(String name) {
            return own.add(name);
        }

        @Override
        public boolean contains(@Nullable Object name) {
            return own.contains(name) || outer.contains(name);
        }

        @Override
        public Iterator<String> iterator() {
            return own.iterator();
        }

        @Override
        public int size() {
            return own.size();
        }
    }

    private static OnnxFormatException bad(String what) {
        return new OnnxFormatException(Character.toUpperCase(what.charAt(0)) + what.substring(1) + ".", ADVICE);
    }
}
