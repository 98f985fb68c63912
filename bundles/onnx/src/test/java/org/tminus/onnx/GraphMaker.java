/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** Builds small ONNX graphs. Names of values are numbers, so that no test leans on a naming convention. */
final class GraphMaker {
    static final int FLOAT = 1;
    static final int INT64 = 7;

    final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
    private final Random random;
    private int next;

    GraphMaker(long seed) {
        random = new Random(seed);
    }

    String input(String name, int type, Object... dims) {
        graph.addInput(info(name, type, dims));
        return name;
    }

    void output(String name, int type, Object... dims) {
        graph.addOutput(info(name, type, dims));
    }

    static ValueInfoProto info(String name, int type, Object... dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dim : dims) {
            TensorShapeProto.Dimension.Builder d = shape.addDimBuilder();
            if (dim instanceof Number number) {
                d.setDimValue(number.longValue());
            } else {
                d.setDimParam((String) dim);
            }
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(
                                TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
                .build();
    }

    /** A random weight. */
    String weight(double scale, long... dims) {
        int count = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        ByteBuffer raw = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            raw.putFloat((float) (random.nextGaussian() * scale));
        }
        return tensor(FLOAT, raw, dims);
    }

    String floats(float[] values, long... dims) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            raw.putFloat(value);
        }
        return tensor(FLOAT, raw, dims);
    }

    String scalar(double value) {
        return floats(new float[] {(float) value});
    }

    /** A list of whole numbers, stored in the typed field. */
    String longs(long... values) {
        String name = name();
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(INT64).addDims(values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        graph.addInitializer(tensor);
        return name;
    }

    /** Whole numbers of 8 bits. */
    String bytes(int type, byte[] values, long... dims) {
        return tensor(type, ByteBuffer.wrap(values).position(values.length), dims);
    }

    String index(long value) {
        String name = name();
        graph.addInitializer(
                TensorProto.newBuilder().setName(name).setDataType(INT64).addInt64Data(value));
        return name;
    }

    private String tensor(int type, ByteBuffer raw, long... dims) {
        String name = name();
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(type).setRawData(ByteString.copyFrom(raw.flip()));
        for (long dim : dims) {
            tensor.addDims(dim);
        }
        graph.addInitializer(tensor);
        return name;
    }

    String name() {
        return Integer.toString(next++);
    }

    String op(String type, String... inputs) {
        return op(type, new AttributeProto[0], inputs);
    }

    String op(String type, AttributeProto attribute, String... inputs) {
        return op(type, new AttributeProto[] {attribute}, inputs);
    }

    String op(String type, AttributeProto[] attributes, String... inputs) {
        String output = name();
        graph.addNode(NodeProto.newBuilder()
                .setOpType(type)
                .addAllInput(Arrays.asList(inputs))
                .addAllAttribute(Arrays.asList(attributes))
                .addOutput(output));
        return output;
    }

    /** Gives a value another name, as an output. */
    void named(String value, String name) {
        graph.addNode(
                NodeProto.newBuilder().setOpType("Identity").addInput(value).addOutput(name));
    }

    static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto integers(String name, long... values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    ModelProto model() {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("test")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build();
    }

    byte[] bytes() {
        return model().toByteArray();
    }
}
