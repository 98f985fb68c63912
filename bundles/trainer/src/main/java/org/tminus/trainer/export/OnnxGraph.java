/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.export;

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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/** Builds an ONNX model node by node. Used by one thread. */
public final class OnnxGraph {
    private static final int IR_VERSION = 8;
    private static final long OPSET = 17;
    private static final int ML_OPSET = 3;

    private final ModelProto.Builder model;
    private final GraphProto.Builder graph;
    private boolean usesMl;

    /** A new graph of opset 17. */
    public OnnxGraph(String name) {
        this(name, OPSET);
    }

    /** A new graph of a given opset, for files that are put together with files of that opset. */
    public OnnxGraph(String name, long opset) {
        this(
                ModelProto.newBuilder()
                        .setIrVersion(IR_VERSION)
                        .setProducerName("tminus-trainer")
                        .addOpsetImport(
                                OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset)),
                GraphProto.newBuilder().setName(name));
    }

    private OnnxGraph(ModelProto.Builder model, GraphProto.Builder graph) {
        this.model = model;
        this.graph = graph;
    }

    /** A copy of a model, to be extended. */
    public static OnnxGraph extending(ModelProto model) {
        return new OnnxGraph(model.toBuilder(), model.getGraph().toBuilder());
    }

    /** The version of the standard operators. */
    public long opset() {
        return model.getOpsetImportList().stream()
                .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
                .mapToLong(OperatorSetIdProto::getVersion)
                .findFirst()
                .orElse(OPSET);
    }

    /** Takes the outputs back that were declared so far. */
    public void clearOutputs() {
        graph.clearOutput();
    }

    /** An input as another model declares it. */
    public void input(ValueInfoProto declared) {
        graph.addInput(declared);
    }

    /** A dimension is a number or, if it differs from run to run, a name. */
    public void input(String name, Object... shape) {
        graph.addInput(value(name, TensorProto.DataType.FLOAT, shape));
    }

    /** As {@link #input(String, Object...)}, of whole numbers. */
    public void inputInt64(String name, Object... shape) {
        graph.addInput(value(name, TensorProto.DataType.INT64, shape));
    }

    /** Declares an output. */
    public void output(String name, Object... shape) {
        graph.addOutput(value(name, TensorProto.DataType.FLOAT, shape));
    }

    void outputInt64(String name, Object... shape) {
        graph.addOutput(value(name, TensorProto.DataType.INT64, shape));
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, Object... shape) {
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        for (Object dimension : shape) {
            TensorShapeProto.Dimension.Builder one = TensorShapeProto.Dimension.newBuilder();
            if (dimension instanceof Number number) {
                one.setDimValue(number.longValue());
            } else {
                one.setDimParam(dimension.toString());
            }
            dimensions.addDim(one);
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(dimensions)))
                .build();
    }

    /** Adds an initializer and gives its name. */
    public String floats(String name, float[] values, int... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return initializer(name, TensorProto.DataType.FLOAT, ByteString.copyFrom(bytes), shape);
    }

    /** Adds an initializer of one dimension and gives its name. */
    public String longs(String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return initializer(name, TensorProto.DataType.INT64, ByteString.copyFrom(bytes), values.length);
    }

    private String initializer(String name, TensorProto.DataType type, ByteString raw, int... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .setRawData(raw);
        for (int dimension : shape) {
            tensor.addDims(dimension);
        }
        graph.addInitializer(tensor);
        return name;
    }

    /** Adds a node with one output of the given name. */
    public String node(String operator, String output, List<String> inputs, AttributeProto... attributes) {
        node(operator, List.of(output), inputs, attributes);
        return output;
    }

    /** Adds a node. */
    public void node(String operator, List<String> outputs, List<String> inputs, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType(operator)
                .setName(outputs.get(0) + "." + operator)
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(List.of(attributes)));
    }

    void mlNode(String operator, List<String> outputs, List<String> inputs, List<AttributeProto> attributes) {
        usesMl = true;
        graph.addNode(NodeProto.newBuilder()
                .setDomain("ai.onnx.ml")
                .setOpType(operator)
                .setName(outputs.get(0) + "." + operator)
                .addAllInput(inputs)
                .addAllOutput(outputs)
                .addAllAttribute(attributes));
    }

    /** An attribute of a node. */
    public static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    /** An attribute of a node. */
    public static AttributeProto attribute(String name, float value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOAT)
                .setF(value)
                .build();
    }

    /** An attribute of a node. */
    public static AttributeProto attribute(String name, String value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.STRING)
                .setS(ByteString.copyFromUtf8(value))
                .build();
    }

    /** An attribute of a node. */
    public static AttributeProto longsAttribute(String name, List<Long> values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INTS)
                .addAllInts(values)
                .build();
    }

    /** An attribute of a node. */
    public static AttributeProto floatsAttribute(String name, List<Float> values) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.FLOATS)
                .addAllFloats(values)
                .build();
    }

    /** An attribute of a node. */
    public static AttributeProto stringsAttribute(String name, List<String> values) {
        AttributeProto.Builder attribute =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.STRINGS);
        values.forEach(value -> attribute.addStrings(ByteString.copyFromUtf8(value)));
        return attribute.build();
    }

    /** The finished model; {@code metadata} says where it comes from. */
    public byte[] toBytes(Map<String, String> metadata) {
        model.setGraph(graph);
        if (usesMl) {
            model.addOpsetImport(
                    OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(ML_OPSET));
        }
        metadata.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> model.addMetadataProps(StringStringEntryProto.newBuilder()
                        .setKey(entry.getKey())
                        .setValue(entry.getValue())));
        return model.build().toByteArray();
    }
}
