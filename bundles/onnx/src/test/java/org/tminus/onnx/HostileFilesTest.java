/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tminus.onnx.TestModels.Size;

/** Broken and hostile files end in a clear error, quickly and in bounded memory. */
class HostileFilesTest {

    static Stream<Arguments> broken() {
        return Stream.of(
                broken("no graph", model -> model.clearGraph(), "no graph"),
                broken("no version of the format", model -> model.clearIrVersion(), "ir_version"),
                broken("no operator set", model -> model.clearOpsetImport(), "opset_import"),
                broken(
                        "two versions of operators",
                        model -> model.addOpsetImport(
                                OperatorSetIdProto.newBuilder().setVersion(12)),
                        "two versions"),
                broken(
                        "operators of a far future",
                        model -> model.getOpsetImportBuilder(0).setVersion(9999),
                        "version 9999"),
                broken("no outputs", model -> model.getGraphBuilder().clearOutput(), "no outputs"),
                broken(
                        "dangling name",
                        model -> model.getGraphBuilder().getNodeBuilder(1).setInput(0, "nowhere"),
                        "'nowhere', which nothing makes"),
                broken(
                        "dangling output",
                        model -> model.getGraphBuilder().addOutput(GraphMaker.info("nothing", 1)),
                        "output 'nothing' is made by no operator"),
                broken(
                        "duplicate value",
                        model -> model.getGraphBuilder()
                                .getNodeBuilder(1)
                                .setOutput(0, model.getGraph().getNode(0).getOutput(0)),
                        "made twice"),
                broken(
                        "operator makes an initializer",
                        model -> model.getGraphBuilder()
                                .getNodeBuilder(0)
                                .setOutput(0, model.getGraph().getInitializer(0).getName()),
                        "made twice"),
                broken(
                        "duplicate initializer",
                        model -> model.getGraphBuilder()
                                .addInitializer(model.getGraph().getInitializer(0)),
                        "there twice"),
                broken(
                        "duplicate input",
                        model -> model.getGraphBuilder()
                                .addInput(model.getGraph().getInput(0)),
                        "two inputs"),
                broken(
                        "cycle",
                        model -> {
                            NodeProto last =
                                    model.getGraph().getNode(model.getGraph().getNodeCount() - 1);
                            model.getGraphBuilder().getNodeBuilder(0).setInput(0, last.getOutput(0));
                        },
                        "cycle"),
                broken(
                        "operator that reads itself",
                        model -> model.getGraphBuilder()
                                .getNodeBuilder(0)
                                .setInput(0, model.getGraph().getNode(0).getOutput(0)),
                        "cycle"),
                broken(
                        "negative dimension of a weight",
                        model ->
                                model.getGraphBuilder().getInitializerBuilder(0).setDims(0, -3),
                        "negative dimension"),
                broken(
                        "negative dimension of an input",
                        model -> model.getGraphBuilder()
                                .getInputBuilder(0)
                                .getTypeBuilder()
                                .getTensorTypeBuilder()
                                .getShapeBuilder()
                                .getDimBuilder(0)
                                .setDimValue(-1),
                        "negative dimension"),
                broken(
                        "huge dimensions",
                        model -> model.getGraphBuilder()
                                .getInitializerBuilder(0)
                                .clearDims()
                                .addDims(1L << 40)
                                .addDims(1L << 40),
                        "more than"),
                broken(
                        "very many dimensions",
                        model -> {
                            for (int i = 0; i < 1000; i++) {
                                model.getGraphBuilder().getInitializerBuilder(0).addDims(1);
                            }
                        },
                        "dimensions, more than"),
                broken(
                        "too little data",
                        model -> model.getGraphBuilder()
                                .getInitializerBuilder(0)
                                .clearInt64Data()
                                .setRawData(ByteString.copyFrom(new byte[3])),
                        "needs"),
                broken(
                        "data stored twice",
                        model -> model.getGraphBuilder()
                                .addInitializer(TensorProto.newBuilder()
                                        .setName("twice")
                                        .setDataType(1)
                                        .addDims(1)
                                        .addFloatData(1)
                                        .setRawData(ByteString.copyFrom(new byte[4]))),
                        "stored twice"),
                broken(
                        "unknown element type",
                        model ->
                                model.getGraphBuilder().getInitializerBuilder(0).setDataType(99),
                        "unknown element type 99"),
                broken(
                        "unknown element type of an input",
                        model -> model.getGraphBuilder()
                                .getInputBuilder(0)
                                .getTypeBuilder()
                                .getTensorTypeBuilder()
                                .setElemType(-7),
                        "unknown element type -7"),
                broken(
                        "attribute of another type than it says",
                        model -> model.getGraphBuilder()
                                .getNodeBuilder(0)
                                .addAttribute(AttributeProto.newBuilder()
                                        .setName("x")
                                        .setType(AttributeType.GRAPH)
                                        .setI(3)),
                        "says that it is of type GRAPH"),
                broken(
                        "attribute twice",
                        model -> model.getGraphBuilder()
                                .getNodeBuilder(0)
                                .addAttribute(GraphMaker.integer("same", 1))
                                .addAttribute(GraphMaker.integer("same", 2)),
                        "twice"),
                broken(
                        "operator without a type",
                        model -> model.getGraphBuilder().getNodeBuilder(0).clearOpType(),
                        "which operator"),
                broken(
                        "input that is a sequence",
                        model -> model.getGraphBuilder()
                                .getInputBuilder(0)
                                .setType(TypeProto.newBuilder()
                                        .setSequenceType(TypeProto.Sequence.getDefaultInstance())),
                        "no tensor"),
                broken(
                        "external data of a model read from bytes",
                        model -> model.getGraphBuilder()
                                .getInitializerBuilder(0)
                                .clearInt64Data()
                                .clearRawData()
                                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                                .addExternalData(StringStringEntryProto.newBuilder()
                                        .setKey("location")
                                        .setValue("w")),
                        "no folder"),
                broken(
                        "functions that call each other",
                        model -> model.addFunctions(function("a", "b")).addFunctions(function("b", "a")),
                        "circle"),
                broken("deep subgraphs", model -> model.getGraphBuilder().addNode(nested(12)), "nested more than"),
                broken(
                        "very deep subgraphs",
                        model -> model.getGraphBuilder().addNode(nested(60)),
                        "nested more than"));
    }

    private static Arguments broken(String name, Consumer<ModelProto.Builder> change, String message) {
        return Arguments.of(name, change, message);
    }

    private static FunctionProto function(String name, String calls) {
        return FunctionProto.newBuilder()
                .setName(name)
                .setDomain("own")
                .addOutput("y")
                .addNode(
                        NodeProto.newBuilder().setOpType(calls).setDomain("own").addOutput("y"))
                .build();
    }

    private static NodeProto nested(int depth) {
        NodeProto node = NodeProto.newBuilder()
                .setOpType("Constant")
                .addOutput("deep" + depth)
                .build();
        for (int i = depth - 1; i >= 0; i--) {
            node = NodeProto.newBuilder()
                    .setOpType("If")
                    .addOutput("deep" + i)
                    .addAttribute(AttributeProto.newBuilder()
                            .setName("then_branch")
                            .setType(AttributeType.GRAPH)
                            .setG(GraphProto.newBuilder()
                                    .addNode(node)
                                    .addOutput(GraphMaker.info("deep" + (i + 1), 1))))
                    .build();
        }
        return node;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void brokenModelIsRefusedWithAClearMessage(String name, Consumer<ModelProto.Builder> change, String message) {
        ModelProto.Builder model = TestModels.encoder(new Size(2, 1, 2, 3), 1).model().toBuilder();
        change.accept(model);
        OnnxFormatException error = catchThrowableOfType(
                OnnxFormatException.class, () -> OnnxModel.read(model.build().toByteArray()));
        assertThat(error).as(name).isNotNull().hasMessageContaining(message);
        assertThat(error.advice()).isNotBlank();
        assertThat(error.getMessage()).endsWith(".");
    }

    @Test
    void unknownTypesOfOperandsAreRefused() throws Exception {
        GraphMaker g = new GraphMaker(1);
        String x = g.input("x", GraphMaker.FLOAT, "batch", 2);
        g.named(g.op("Add", x, g.longs(1, 2)), "y");
        g.output("y", GraphMaker.FLOAT, "batch", 2);
        OnnxModel model = OnnxModel.read(g.bytes());
        assertThatThrownBy(() -> GraphAnalysis.analyze(model))
                .isInstanceOf(OnnxFormatException.class)
                .hasMessageContaining("float32 and int64");
    }

    @Test
    void everyTruncationIsRefusedOrStillAModel() {
        byte[] bytes = TestModels.encoder(new Size(2, 1, 2, 3), 1).bytes();
        int refused = 0;
        for (int length = 0; length < bytes.length; length++) {
            if (FuzzTest.outcome(Arrays.copyOf(bytes, length)) != null) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(bytes.length * 9 / 10);
    }

    @Test
    void fileOfEmptyPartsIsRefusedBeforeItFillsTheMemory() {
        // 12 million operators of two bytes each would be gigabytes of objects.
        byte[] nodes = new byte[24_000_000];
        for (int i = 0; i < nodes.length; i += 2) {
            nodes[i] = 0x0a;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0x08, 0x08, 0x3a});
        for (int size = nodes.length; ; size >>>= 7) {
            out.write(size > 127 ? (size & 127) | 128 : size);
            if (size <= 127) {
                break;
            }
        }
        out.writeBytes(nodes);
        FuzzTest.Measured measured = FuzzTest.measure(out.toByteArray());
        assertThat(measured.error()).contains("memory");
        assertThat(measured.allocatedBytes()).isLessThan(64L << 20);
        assertThat(measured.millis()).isLessThan(5_000);
    }

    static Stream<Arguments> expensive() {
        return Stream.of(
                Arguments.of("doubling", chain(60, (g, x) -> g.op("Concat", GraphMaker.integer("axis", 0), x, x))),
                Arguments.of("growing in rank", chain(20_000, (g, x) -> g.op("Unsqueeze", x, "axes"))),
                Arguments.of("huge range", chain(2_000, (g, x) -> g.op("Range", "zero", "huge", "one"))),
                Arguments.of("huge constants", chain(2_000, (g, x) -> g.op("ConstantOfShape", "big"))),
                Arguments.of("many folded constants", chain(20_000, (g, x) -> g.op("ConstantOfShape", "medium"))),
                Arguments.of("huge tiles", chain(200, (g, x) -> g.op("Tile", x, "big"))),
                Arguments.of("long chain", chain(60_000, (g, x) -> g.op("Neg", x))),
                Arguments.of("long chain of products", product(20_000)));
    }

    private interface Step {
        String add(GraphMaker g, String x);
    }

    private static byte[] chain(int length, Step step) {
        GraphMaker g = new GraphMaker(1);
        constant(g, "axes", 0);
        constant(g, "big", 1L << 39);
        constant(g, "medium", 60_000);
        g.graph.addInitializer(
                TensorProto.newBuilder().setName("zero").setDataType(7).addInt64Data(0));
        g.graph.addInitializer(
                TensorProto.newBuilder().setName("one").setDataType(7).addInt64Data(1));
        g.graph.addInitializer(
                TensorProto.newBuilder().setName("huge").setDataType(7).addInt64Data(Long.MAX_VALUE));
        g.input("input", GraphMaker.FLOAT, "batch", 4);
        String x = g.op("Shape", "input");
        for (int i = 0; i < length; i++) {
            x = step.add(g, x);
        }
        g.named(x, "y");
        g.graph.addOutput(ValueInfoProto.newBuilder().setName("y"));
        return g.bytes();
    }

    private static void constant(GraphMaker g, String name, long value) {
        g.graph.addInitializer(
                TensorProto.newBuilder().setName(name).setDataType(7).addDims(1).addInt64Data(value));
    }

    private static byte[] product(int length) {
        GraphMaker g = new GraphMaker(1);
        String x = g.input("input", GraphMaker.FLOAT, "batch", 4);
        String w = g.weight(1, 4, 4);
        for (int i = 0; i < length; i++) {
            x = g.op("MatMul", x, w);
        }
        g.named(x, "y");
        g.output("y", GraphMaker.FLOAT, "batch", 4);
        return g.bytes();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("expensive")
    void graphMadeToBeExpensiveIsAnalysedQuickly(String name, byte[] bytes) {
        FuzzTest.Measured measured = FuzzTest.measure(bytes);
        assertThat(measured.millis()).as(name).isLessThan(20_000);
        assertThat(measured.allocatedBytes()).as(name).isLessThan(4L << 30);
    }

    @Test
    void tooManyOperatorsAreRefused() {
        Limits limits = Limits.DEFAULT.withNodes(50);
        byte[] bytes = product(51);
        assertThatThrownBy(() -> OnnxModel.read(bytes, limits))
                .isInstanceOf(OnnxFormatException.class)
                .hasMessageContaining("more than 50 operators");
    }

    @Test
    void tooLargeFileIsRefused() {
        byte[] bytes = product(50);
        assertThatThrownBy(() -> OnnxModel.read(bytes, Limits.DEFAULT.withFileBytes(100)))
                .isInstanceOf(OnnxFormatException.class)
                .hasMessageContaining("limit of 100");
    }
}
