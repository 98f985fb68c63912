/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.List;
import org.tminus.onnx.internal.Types;

/**
 * A weight of the main graph that lies outside the model file.
 *
 * @param name of the initializer
 * @param location the file, relative to the model's folder and inside it
 * @param offset of the first byte in the file
 * @param bytes how many there are
 * @param elementType as ONNX numbers it: 1 is float32
 * @param shape the sizes of its dimensions
 */
public record ExternalWeight(String name, String location, long offset, long bytes, int elementType, List<Long> shape) {
    public ExternalWeight {
        shape = List.copyOf(shape);
    }

    /** All of a model whose references were checked when it was read. */
    static List<ExternalWeight> of(ModelProto model) {
        List<ExternalWeight> weights = new ArrayList<>();
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                weights.add(of(tensor));
            }
        }
        return weights;
    }

    private static ExternalWeight of(TensorProto tensor) {
        String location = "";
        long offset = 0;
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            if (entry.getKey().equals("location")) {
                location = entry.getValue();
            } else if (entry.getKey().equals("offset")) {
                offset = Long.parseLong(entry.getValue().strip());
            }
        }
        long elements = tensor.getDimsList().stream().reduce(1L, Math::multiplyExact);
        return new ExternalWeight(
                tensor.getName(),
                location,
                offset,
                Types.bytes(tensor.getDataType(), elements),
                tensor.getDataType(),
                tensor.getDimsList());
    }
}
