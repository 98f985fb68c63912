/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.NodeProto;

/** An operator of the main graph. Its arrays are never changed. */
public final class Node {
    private final NodeProto proto;
    private final int[] inputs;
    private final int[] reads;
    private final int[] outputs;

    Node(NodeProto proto, int[] inputs, int[] reads, int[] outputs) {
        this.proto = proto;
        this.inputs = inputs;
        this.reads = reads;
        this.outputs = outputs;
    }

    /** As the file has it. */
    NodeProto proto() {
        return proto;
    }

    /** The value of each input, -1 for an optional one that is left out. */
    int[] inputs() {
        return inputs;
    }

    /** All values read, each once: inputs and what subgraphs capture. */
    int[] reads() {
        return reads;
    }

    /** The value of each output, -1 for one that is left out. */
    int[] outputs() {
        return outputs;
    }

    String op() {
        return proto.getOpType();
    }

    /** Whether it is this operator of the standard domain. */
    boolean is(String type) {
        return isStandard() && proto.getOpType().equals(type);
    }

    boolean isStandard() {
        return proto.getDomain().isEmpty() || proto.getDomain().equals("ai.onnx");
    }

    /** How messages call it. */
    String label() {
        String name = proto.getName().isEmpty() && proto.getOutputCount() > 0 ? proto.getOutput(0) : proto.getName();
        return "operator '" + Names.shown(name) + "' (" + Names.shown(proto.getOpType()) + ")";
    }

    @Override
    public String toString() {
        return label();
    }
}
