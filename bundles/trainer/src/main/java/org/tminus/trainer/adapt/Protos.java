/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.adapt;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.tminus.onnx.Limits;
import org.tminus.onnx.OnnxFormatException;
import org.tminus.onnx.OnnxModel;
import org.tminus.trainer.export.OnnxGraph;

/** Small changes to the declarations of a model. */
final class Protos {
    private Protos() {}

    /** Fixes the dimensions of an input but the first. */
    static OnnxModel withInputShape(OnnxModel model, String input, List<Long> dimensions) throws OnnxFormatException {
        ModelProto.Builder builder = parse(model).toBuilder();
        for (int i = 0; i < builder.getGraph().getInputCount(); i++) {
            ValueInfoProto declared = builder.getGraph().getInput(i);
            if (!declared.getName().equals(input)) {
                continue;
            }
            TensorShapeProto.Builder shape = declared.getType().getTensorType().getShape().toBuilder();
            for (int d = 0; d < dimensions.size(); d++) {
                shape.setDim(d + 1, TensorShapeProto.Dimension.newBuilder().setDimValue(dimensions.get(d)));
            }
            ValueInfoProto.Builder changed = declared.toBuilder();
            changed.getTypeBuilder().getTensorTypeBuilder().setShape(shape);
            builder.getGraphBuilder().setInput(i, changed);
        }
        return read(builder.build().toByteArray(), model);
    }

    /** The same with one output of the shape [batch, width] only. */
    static OnnxModel withOutput(OnnxModel model, String output, int width) throws OnnxFormatException {
        OnnxGraph graph = OnnxGraph.extending(parse(model));
        graph.clearOutputs();
        graph.output(output, "batch", width);
        return read(graph.toBytes(Map.of()), model);
    }

    private static OnnxModel read(byte[] bytes, OnnxModel before) throws OnnxFormatException {
        Path folder = before.folder().orElse(null);
        return folder == null ? OnnxModel.read(bytes) : OnnxModel.read(bytes, folder, Limits.DEFAULT);
    }

    static ModelProto parse(OnnxModel model) {
        try {
            return ModelProto.parseFrom(model.toBytes());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a model that was read is no model", e);
        }
    }
}
