/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.tminus.trainer.graph.TorchGraph.Kernel;

/** The nodes of a graph as they are computed. */
record Fusion(List<Step> steps) {
    /** One computation. An input that is left out is empty. */
    record Step(List<String> inputs, List<String> outputs, Kernel kernel) {}

    static Fusion of(OnnxSource source, Collection<String> kept) {
        List<Step> steps = new ArrayList<>();
        for (NodeProto node : source.graph().getNodeList()) {
            try {
                steps.add(new Step(node.getInputList(), node.getOutputList(), Operators.kernel(node, source)));
            } catch (Operators.Unsupported e) {
                throw new UnsupportedOperatorsException(List.of(e.getMessage()));
            }
        }
        return new Fusion(steps);
    }
}
