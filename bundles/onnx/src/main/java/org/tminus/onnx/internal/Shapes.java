/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.internal;

import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import org.tminus.onnx.Dimension;
import org.tminus.onnx.ValueInfo;

/** Converts shapes between the file format and this bundle's own types. */
public final class Shapes {
    private Shapes() {}

    /** What the file declares of a value. */
    public static ValueInfo declared(ValueInfoProto info) {
        if (!info.getType().hasTensorType()) {
            return new ValueInfo(info.getName(), Types.name(Types.UNKNOWN), null);
        }
        TypeProto.Tensor tensor = info.getType().getTensorType();
        if (!tensor.hasShape()) {
            return new ValueInfo(info.getName(), Types.name(tensor.getElemType()), null);
        }
        List<Dimension> dims = new ArrayList<>();
        for (TensorShapeProto.Dimension dim : tensor.getShape().getDimList()) {
            if (dim.hasDimValue() && dim.getDimValue() > 0) {
                dims.add(Dimension.fixed(dim.getDimValue()));
            } else {
                dims.add(Dimension.symbolic(dim.getDimParam().isEmpty() ? "?" : dim.getDimParam()));
            }
        }
        return new ValueInfo(info.getName(), Types.name(tensor.getElemType()), dims);
    }

    /** A declaration of a value; a shape only where at least its rank is known. */
    static ValueInfoProto proto(ValueInfo info, int type) {
        TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(type);
        List<Dimension> shape = info.shape();
        if (shape != null) {
            TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
            for (Dimension dim : shape) {
                TensorShapeProto.Dimension.Builder proto = dims.addDimBuilder();
                String symbol = dim.symbol();
                if (symbol == null) {
                    proto.setDimValue(dim.size());
                } else if (!symbol.equals("?")) {
                    proto.setDimParam(symbol);
                }
            }
            tensor.setShape(dims);
        }
        return ValueInfoProto.newBuilder()
                .setName(info.name())
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }
}
