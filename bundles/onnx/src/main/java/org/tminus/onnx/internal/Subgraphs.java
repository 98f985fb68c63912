/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Names within the bodies of control flow. Depth is bounded when a file is read, so recursion is safe here. */
final class Subgraphs {
    private Subgraphs() {}

    /** Adds the names that the bodies of an operator read from the graphs around it. */
    static void captured(NodeProto node, Set<String> into) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                free(attribute.getG(), into);
            }
            for (GraphProto graph : attribute.getGraphsList()) {
                free(graph, into);
            }
        }
    }

    private static void free(GraphProto graph, Set<String> into) {
        Set<String> local = new HashSet<>();
        Set<String> read = new HashSet<>();
        for (ValueInfoProto input : graph.getInputList()) {
            local.add(input.getName());
        }
        for (TensorProto tensor : graph.getInitializerList()) {
            local.add(tensor.getName());
        }
        for (SparseTensorProto tensor : graph.getSparseInitializerList()) {
            local.add(tensor.getValues().getName());
        }
        for (NodeProto node : graph.getNodeList()) {
            read.addAll(node.getInputList());
            captured(node, read);
            local.addAll(node.getOutputList());
        }
        for (ValueInfoProto output : graph.getOutputList()) {
            read.add(output.getName());
        }
        read.removeAll(local);
        read.remove("");
        into.addAll(read);
    }

    /** The operator with every name, also in its bodies, replaced. */
    static NodeProto rename(NodeProto node, UnaryOperator<String> names) {
        NodeProto.Builder renamed = node.toBuilder();
        for (int i = 0; i < renamed.getInputCount(); i++) {
            renamed.setInput(i, apply(names, renamed.getInput(i)));
        }
        for (int i = 0; i < renamed.getOutputCount(); i++) {
            renamed.setOutput(i, apply(names, renamed.getOutput(i)));
        }
        for (int i = 0; i < renamed.getAttributeCount(); i++) {
            AttributeProto attribute = renamed.getAttribute(i);
            if (attribute.hasG() || attribute.getGraphsCount() > 0) {
                AttributeProto.Builder changed = attribute.toBuilder();
                if (attribute.hasG()) {
                    changed.setG(rename(attribute.getG(), names));
                }
                for (int g = 0; g < attribute.getGraphsCount(); g++) {
                    changed.setGraphs(g, rename(attribute.getGraphs(g), names));
                }
                renamed.setAttribute(i, changed);
            }
        }
        return renamed.build();
    }

    private static GraphProto rename(GraphProto graph, UnaryOperator<String> names) {
        GraphProto.Builder renamed = graph.toBuilder();
        for (int i = 0; i < renamed.getNodeCount(); i++) {
            renamed.setNode(i, rename(renamed.getNode(i), names));
        }
        for (int i = 0; i < renamed.getInputCount(); i++) {
            renamed.setInput(i, rename(renamed.getInput(i), names));
        }
        for (int i = 0; i < renamed.getOutputCount(); i++) {
            renamed.setOutput(i, rename(renamed.getOutput(i), names));
        }
        for (int i = 0; i < renamed.getInitializerCount(); i++) {
            TensorProto tensor = renamed.getInitializer(i);
            renamed.setInitializer(i, tensor.toBuilder().setName(apply(names, tensor.getName())));
        }
        for (int i = 0; i < renamed.getSparseInitializerCount(); i++) {
            renamed.setSparseInitializer(i, rename(renamed.getSparseInitializer(i), names));
        }
        renamed.clearValueInfo();
        return renamed.build();
    }

    static SparseTensorProto rename(SparseTensorProto tensor, UnaryOperator<String> names) {
        TensorProto values = tensor.getValues();
        return tensor.toBuilder()
                .setValues(values.toBuilder().setName(apply(names, values.getName())))
                .build();
    }

    private static ValueInfoProto rename(ValueInfoProto value, UnaryOperator<String> names) {
        return value.toBuilder().setName(apply(names, value.getName())).build();
    }

    private static String apply(UnaryOperator<String> names, String name) {
        return name.isEmpty() ? name : names.apply(name);
    }
}
