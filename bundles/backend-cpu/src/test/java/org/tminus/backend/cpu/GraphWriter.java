/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.backend.cpu;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Writes small ONNX models with random weights. */
final class GraphWriter {
    private static final int OPSET = 17;
    private static final int DATA_ALIGNMENT = 4096;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("graph");
    private final Random random;
    private final Numbers numbers;
    private int values;

    /** For float32. */
    GraphWriter(long seed) {
        this(seed, Numbers.FLOAT32);
    }

    GraphWriter(long seed, Numbers numbers) {
        random = new Random(seed);
        this.numbers = numbers;
    }

    GraphWriter input(String name, int type, Object... dimensions) {
        graph.addInput(value(name, type, dimensions));
        return this;
    }

    GraphWriter output(String name, int type, Object... dimensions) {
        graph.addOutput(value(name, type, dimensions));
        return this;
    }

    private static ValueInfoProto value(String name, int type, Object... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dimension : dimensions) {
            TensorShapeProto.Dimension.Builder dim = shape.addDimBuilder();
            if (dimension instanceof String symbol) {
                dim.setDimParam(symbol);
            } else {
                dim.setDimValue(((Number) dimension).longValue());
            }
        }
        TypeProto.Tensor tensor =
                TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape).build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    /** A random weight, scaled so that activations keep their size. */
    String weight(String name, int... dimensions) {
        int count = 1;
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(1);
        for (int dimension : dimensions) {
            tensor.addDims(dimension);
            count *= dimension;
        }
        float scale = (float) (1 / Math.sqrt(dimensions[0]));
        ByteBuffer data = ByteBuffer.allocate(count * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            data.putFloat((float) random.nextGaussian() * scale);
        }
        graph.addInitializer(tensor.setRawData(ByteString.copyFrom(data.array())));
        return name;
    }

    String floats(String name, float... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(1);
        if (values.length > 1) {
            tensor.addDims(values.length);
        }
        for (float value : values) {
            tensor.addFloatData(value);
        }
        graph.addInitializer(tensor);
        return name;
    }

    String scalar(String name, float value) {
        graph.addInitializer(
                TensorProto.newBuilder().setName(name).setDataType(1).addFloatData(value));
        return name;
    }

    /** A zero. */
    String int8(String name) {
        graph.addInitializer(
                TensorProto.newBuilder().setName(name).setDataType(3).addInt32Data(0));
        return name;
    }

    String longs(String name, long... values) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(7).addDims(values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        graph.addInitializer(tensor);
        return name;
    }

    /** Adds an operator with a name of its own for its output. */
    String node(String operator, List<String> inputs, AttributeProto... attributes) {
        return node(operator, inputs, "value." + values++, attributes);
    }

    String node(String operator, List<String> inputs, String output, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setName("node." + output)
                .setOpType(operator)
                .addAllInput(inputs)
                .addOutput(output)
                .addAllAttribute(List.of(attributes)));
        return output;
    }

    static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto attribute(String name, long[] values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute.build();
    }

    private static ModelProto model(GraphProto graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph)
                .build();
    }

    void write(Path file) throws IOException {
        Files.write(file, model(numbers.of(graph.build())).toByteArray());
    }

    /** Writes the weights to a file beside the model, each aligned. */
    void writeWithData(Path file) throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        String location = file.getFileName() + ".data";
        GraphProto whole = numbers.of(graph.build());
        GraphProto.Builder external = whole.toBuilder().clearInitializer();
        for (TensorProto tensor : whole.getInitializerList()) {
            if (tensor.getRawData().isEmpty()) {
                external.addInitializer(tensor);
                continue;
            }
            data.write(new byte[Math.floorMod(-data.size(), DATA_ALIGNMENT)]);
            external.addInitializer(tensor.toBuilder()
                    .clearRawData()
                    .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(entry("location", location))
                    .addExternalData(entry("offset", Integer.toString(data.size())))
                    .addExternalData(
                            entry("length", Integer.toString(tensor.getRawData().size()))));
            data.write(tensor.getRawData().toByteArray());
        }
        Files.write(file.resolveSibling(location), data.toByteArray());
        Files.write(file, model(external.build()).toByteArray());
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }
}
