/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal.fold;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.List;
import java.util.Optional;

/** Applies all folds to a model. */
public final class Folder {
    private static final List<Fold> FOLDS = List.of(new NormFold(), new AttentionFold(), new ResidualFold());

    private Folder() {}

    /** The same model with larger operators; empty if none of its patterns is known. */
    public static Optional<ModelProto> fold(ModelProto model) {
        // What operators with graphs inside read from around them is not listed among their inputs.
        boolean isFlat = model.getGraph().getNodeList().stream()
                .flatMap(node -> node.getAttributeList().stream())
                .noneMatch(attribute ->
                        attribute.getType() == AttributeType.GRAPH || attribute.getType() == AttributeType.GRAPHS);
        if (!isFlat) {
            return Optional.empty();
        }
        FoldGraph graph = new FoldGraph(model.getGraph(), opset(model));
        boolean changed = false;
        for (Fold fold : FOLDS) {
            for (NodeProto node : List.copyOf(graph.nodes())) {
                // A fold before may have taken it away.
                if (graph.isComputed(node.getOutput(0))) {
                    changed |= fold.apply(graph, node);
                }
            }
        }
        if (!changed) {
            return Optional.empty();
        }
        ModelProto.Builder folded = model.toBuilder().setGraph(graph.build());
        if (model.getOpsetImportList().stream().noneMatch(set -> set.getDomain().equals(FoldGraph.MICROSOFT))) {
            folded.addOpsetImport(OperatorSetIdProto.newBuilder()
                    .setDomain(FoldGraph.MICROSOFT)
                    .setVersion(1));
        }
        return Optional.of(folded.build());
    }

    private static int opset(ModelProto model) {
        return (int) model.getOpsetImportList().stream()
                .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
                .mapToLong(OperatorSetIdProto::getVersion)
                .max()
                .orElse(1);
    }
}
