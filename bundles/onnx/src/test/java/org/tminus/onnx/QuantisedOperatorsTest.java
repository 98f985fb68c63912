/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tminus.onnx.GraphMaker.FLOAT;
import static org.tminus.onnx.GraphMaker.integer;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tminus.onnx.Ort.Other;
import org.tminus.onnx.Ort.Tensor;
import org.tminus.onnx.internal.Samples;

/** Operators of whole numbers: what they make is what ONNX Runtime makes, and they cost what is counted by hand. */
class QuantisedOperatorsTest {
    private static final int UINT8 = 2;
    private static final int INT8 = 3;
    private static final int INT32 = 6;
    private static final int BOOL = 9;

    /** Adds one operator that reads x, or x as whole numbers. */
    private interface Maker {
        String add(Operators graph, String x, String whole);
    }

    static Stream<Arguments> operators() {
        long[] states = {2, 3, 4};
        long[] image = {2, 2, 5, 5};
        return Stream.of(
                of(
                        "ConvInteger",
                        image,
                        2.0 * 48 * 8,
                        (g, x, q) -> g.op("ConvInteger", q, g.whole(3, 2, 2, 2), g.zero())),
                of(
                        "QLinearConv",
                        image,
                        2.0 * 48 * 8 + 48,
                        (g, x, q) -> g.op(
                                "QLinearConv",
                                q,
                                g.scale(),
                                g.zero(),
                                g.small(3, 2, 2, 2),
                                g.scale(),
                                g.none(),
                                g.scale(),
                                g.zero(),
                                g.wide(3))),
                of(
                        "MatMulInteger",
                        states,
                        2.0 * 15 * 4,
                        (g, x, q) -> g.op("MatMulInteger", q, g.small(4, 5), g.zero(), g.none())),
                of(
                        "QLinearMatMul",
                        states,
                        2.0 * 15 * 4,
                        (g, x, q) -> g.op(
                                "QLinearMatMul",
                                q,
                                g.scale(),
                                g.zero(),
                                g.small(4, 5),
                                g.scale(),
                                g.none(),
                                g.scale(),
                                g.zero())),
                of("DynamicQuantizeLinear", states, 3.0 * 12, (g, x, q) -> g.dynamic(x)),
                of("QLinearAdd", states, 12, (g, x, q) -> g.pair("QLinearAdd", q, g.whole(3, 1))),
                of("QLinearMul", states, 12, (g, x, q) -> g.pair("QLinearMul", q, g.whole(4))),
                of("QLinearSigmoid", states, 12, (g, x, q) -> g.single("QLinearSigmoid", q)),
                of("QLinearLeakyRelu", states, 12, (g, x, q) -> g.single("QLinearLeakyRelu", q)),
                of(
                        "QLinearSoftmax",
                        states,
                        5.0 * 12,
                        (g, x, q) -> g.single("QLinearSoftmax", q, integer("axis", -1), integer("opset", 17))),
                of(
                        "QLinearConcat",
                        states,
                        24,
                        (g, x, q) -> g.microsoft(
                                "QLinearConcat",
                                List.of(integer("axis", -1)),
                                g.scale(),
                                g.zero(),
                                q,
                                g.scale(),
                                g.zero(),
                                q,
                                g.scale(),
                                g.zero())),
                of(
                        "QLinearWhere",
                        states,
                        12,
                        (g, x, q) -> g.microsoft(
                                "QLinearWhere",
                                List.of(),
                                g.truth(3, 1),
                                q,
                                g.scale(),
                                g.zero(),
                                g.whole(1),
                                g.scale(),
                                g.zero(),
                                g.scale(),
                                g.zero())),
                of(
                        "QGemm",
                        new long[] {2, 4},
                        2.0 * 5 * 4 + 5,
                        (g, x, q) -> g.microsoft(
                                "QGemm",
                                List.of(integer("transB", 1)),
                                q,
                                g.scale(),
                                g.zero(),
                                g.small(5, 4),
                                g.scale(),
                                g.none(),
                                g.wide(5),
                                g.scale(),
                                g.zero())),
                of(
                        "QGemm to fractions",
                        new long[] {2, 4},
                        2.0 * 5 * 4,
                        (g, x, q) -> g.microsoft(
                                "QGemm",
                                List.of(integer("transB", 1)),
                                q,
                                g.scale(),
                                g.zero(),
                                g.small(5, 4),
                                g.scale(),
                                g.none())),
                of(
                        "MatMulIntegerToFloat",
                        states,
                        2.0 * 15 * 4,
                        (g, x, q) -> g.microsoft(
                                "MatMulIntegerToFloat",
                                List.of(),
                                q,
                                g.small(4, 5),
                                g.scale(),
                                g.scale(),
                                g.zero(),
                                g.none())),
                of(
                        "DynamicQuantizeMatMul",
                        states,
                        2.0 * 15 * 4,
                        (g, x, q) ->
                                g.microsoft("DynamicQuantizeMatMul", List.of(), x, g.small(4, 5), g.scale(), g.none())),
                of(
                        "QAttention",
                        states,
                        2.0 * 3 * 4 * 12 + 9 * (4 * 4 + 5 * 2), // projections; scores, mixing and soft-max of two heads
                        (g, x, q) -> g.microsoft(
                                "QAttention",
                                List.of(integer("num_heads", 2)),
                                q,
                                g.small(4, 12),
                                g.graph.weight(1, 12),
                                g.scale(),
                                g.scale(),
                                "",
                                g.zero(),
                                g.none())));
    }

    private static Arguments of(String name, long[] shape, double flops, Maker maker) {
        return Arguments.of(name, shape, flops, maker);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operators")
    void isWhatOnnxRuntimeMakes(String name, long[] shape, double flops, Maker maker) throws Exception {
        Operators operators = new Operators();
        Object[] dims = Arrays.stream(shape).boxed().toArray();
        dims[0] = "batch";
        String x = operators.graph.input("x", FLOAT, dims);
        String whole = operators.op("QuantizeLinear", x, operators.scale(), operators.zero());
        String made = maker.add(operators, x, whole);
        OnnxModel model = OnnxModel.read(operators.bytes(made));
        int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.sin(i);
        }

        Tensor found =
                Ort.run(model.toBytes(), Map.of("x", new Tensor(values, shape))).get(made);
        ValueInfo known = new Samples(model.graph()).info(made);

        String type = found.data() instanceof Other other ? other.type().name().toLowerCase(Locale.ROOT) : "float32";
        assertThat(known.type()).isEqualTo(type);
        Object[] expected = Arrays.stream(found.shape()).boxed().toArray();
        expected[0] = "batch";
        assertThat(known.jsonShape()).containsExactly(expected);
        assertThat(GraphAnalysis.cost(model, List.of(whole), List.of(made))
                        .flops()
                        .at(0))
                .isEqualTo(flops);
    }

    /** Puts operators with small constants into a graph. */
    private static final class Operators {
        private final GraphMaker graph = new GraphMaker(1);

        String op(String type, String... inputs) {
            return graph.op(type, inputs);
        }

        String microsoft(String type, List<AttributeProto> attributes, String... inputs) {
            String output = graph.name();
            graph.graph.addNode(NodeProto.newBuilder()
                    .setOpType(type)
                    .setDomain("com.microsoft")
                    .addAllAttribute(attributes)
                    .addAllInput(Arrays.asList(inputs))
                    .addOutput(output));
            return output;
        }

        String single(String type, String whole, AttributeProto... attributes) {
            return microsoft(type, Arrays.asList(attributes), whole, scale(), zero(), scale(), zero());
        }

        String pair(String type, String whole, String other) {
            return microsoft(type, List.of(), whole, scale(), zero(), other, scale(), zero(), scale(), zero());
        }

        String dynamic(String x) {
            String made = graph.name();
            graph.graph.addNode(NodeProto.newBuilder()
                    .setOpType("DynamicQuantizeLinear")
                    .addInput(x)
                    .addAllOutput(List.of(made, graph.name(), graph.name())));
            return made;
        }

        String scale() {
            return graph.scalar(0.05);
        }

        String zero() {
            return graph.bytes(UINT8, new byte[] {100});
        }

        /** The zero point of weights. */
        String none() {
            return graph.bytes(INT8, new byte[] {0});
        }

        String small(long... dims) {
            return graph.bytes(INT8, filled(dims), dims);
        }

        String whole(long... dims) {
            return graph.bytes(UINT8, filled(dims), dims);
        }

        String truth(long... dims) {
            return graph.bytes(BOOL, new byte[(int) product(dims)], dims);
        }

        String wide(long count) {
            return graph.bytes(INT32, new byte[(int) (4 * count)], count);
        }

        private static byte[] filled(long... dims) {
            byte[] values = new byte[(int) product(dims)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (byte) (i % 7 - 3);
            }
            return values;
        }

        private static long product(long... dims) {
            return Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        }

        /** The value itself is the output, of which nothing is declared, so that it must be found. */
        byte[] bytes(String output) {
            graph.graph.addOutputBuilder().setName(output);
            return graph.model().toBuilder()
                    .addOpsetImport(OperatorSetIdProto.newBuilder()
                            .setDomain("com.microsoft")
                            .setVersion(1))
                    .build()
                    .toByteArray();
        }
    }
}
