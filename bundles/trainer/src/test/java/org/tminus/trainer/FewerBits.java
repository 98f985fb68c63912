/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Gives the matrices of a model fewer bits, as quantisers and converters do. Names of values stay. */
public final class FewerBits {
    private static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
    private static final float SCALE = 1 / 32f;

    private FewerBits() {}

    /** The matrices as int8, and what is multiplied with them rounded to uint8. */
    public static byte[] quantised(byte[] model) throws IOException {
        return rewritten(ModelProto.parseFrom(model), true).toByteArray();
    }

    /** The matrices stored as bfloat16. */
    public static byte[] halved(byte[] model) throws IOException {
        return rewritten(ModelProto.parseFrom(model), false).toByteArray();
    }

    private static ModelProto rewritten(ModelProto source, boolean whole) {
        ModelProto.Builder model = source.toBuilder();
        model.getGraphBuilder().clearNode().clearInitializer();
        for (TensorProto tensor : source.getGraph().getInitializerList()) {
            model.getGraphBuilder().addInitializer(isMatrix(tensor) ? small(tensor, whole) : tensor);
        }
        if (whole) {
            model.getGraphBuilder()
                    .addInitializer(TensorProto.newBuilder()
                            .setName("small.scale")
                            .setDataType(FLOAT)
                            .addFloatData(SCALE))
                    .addInitializer(TensorProto.newBuilder()
                            .setName("small.zero")
                            .setDataType(TensorProto.DataType.UINT8_VALUE)
                            .addInt32Data(128));
        }
        for (NodeProto node : source.getGraph().getNodeList()) {
            NodeProto.Builder copy = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                String input = node.getInput(i);
                String read = node.getOutput(0) + ".small." + i;
                boolean matrix = source.getGraph().getInitializerList().stream()
                        .anyMatch(tensor -> isMatrix(tensor) && tensor.getName().equals(input));
                if (matrix) {
                    model.getGraphBuilder().addNode(wider(input, read, whole));
                    copy.setInput(i, read);
                } else if (whole && i == 0 && node.getOpType().equals("MatMul")) {
                    model.getGraphBuilder()
                            .addNode(node("QuantizeLinear", read + ".whole", input, "small.scale", "small.zero"))
                            .addNode(node("DequantizeLinear", read, read + ".whole", "small.scale", "small.zero"));
                    copy.setInput(i, read);
                }
            }
            model.getGraphBuilder().addNode(copy);
        }
        return model.build();
    }

    private static boolean isMatrix(TensorProto tensor) {
        return tensor.getDataType() == FLOAT && tensor.getDimsCount() == 2;
    }

    private static TensorProto small(TensorProto tensor, boolean whole) {
        ByteBuffer values = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer small =
                ByteBuffer.allocate(values.remaining() / (whole ? 4 : 2)).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            float value = values.getFloat();
            if (whole) {
                small.put((byte) Math.max(-127, Math.min(127, Math.round(value / SCALE))));
            } else {
                small.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
            }
        }
        return tensor.toBuilder()
                .setDataType(whole ? TensorProto.DataType.INT8_VALUE : TensorProto.DataType.BFLOAT16_VALUE)
                .setRawData(ByteString.copyFrom(small.flip()))
                .build();
    }

    private static NodeProto wider(String input, String output, boolean whole) {
        return whole
                ? node("DequantizeLinear", output, input, "small.scale")
                : node("Cast", output, input).toBuilder()
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("to")
                                .setType(AttributeProto.AttributeType.INT)
                                .setI(FLOAT))
                        .build();
    }

    private static NodeProto node(String operator, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build();
    }
}
