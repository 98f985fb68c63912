/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.trainer.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tminus.trainer.export.OnnxGraph.attribute;
import static org.tminus.trainer.export.OnnxGraph.longsAttribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tminus.onnx.OnnxModel;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;
import org.tminus.trainer.export.OnnxGraph;

class TorchGraphTest {
    /** Builds a graph from the inputs x [2, 3, 4], y [2, 3, 4] and n int64 [3]; gives the value to compare. */
    interface Maker {
        String make(OnnxGraph graph);
    }

    record Case(String name, long opset, Maker maker) {
        @Override
        public String toString() {
            return name + " at opset " + opset;
        }
    }

    static Case simple(String operator, AttributeProto... attributes) {
        return new Case(operator, 17, g -> g.node(operator, "o", List.of("x"), attributes));
    }

    static Case pair(String operator) {
        return new Case(operator, 17, g -> g.node(operator, "o", List.of("x", "y")));
    }

    private static AttributeProto axes(Long... axes) {
        return longsAttribute("axes", List.of(axes));
    }

    static Stream<Case> cases() {
        List<Case> all = new ArrayList<>();
        for (String operator : List.of(
                "Identity",
                "Exp",
                "Abs",
                "Neg",
                "Erf",
                "Tanh",
                "Sigmoid",
                "Relu",
                "Floor",
                "Ceil",
                "Round",
                "Sign",
                "Sin",
                "Cos",
                "Softplus",
                "HardSwish",
                "LeakyRelu",
                "Elu",
                "Reciprocal",
                "Dropout")) {
            all.add(simple(operator));
        }
        for (String operator : List.of("Add", "Sub", "Mul", "Div", "Max", "Min", "Sum")) {
            all.add(pair(operator));
        }
        for (String operator : List.of("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")) {
            all.add(new Case(operator + ", Not, And, Cast", 17, g -> {
                g.node(operator, "a", List.of("x", "y"));
                g.node("Not", "b", List.of("a"));
                g.node("Less", "c", List.of("x", g.floats("limit", new float[] {0.1f}, 1)));
                g.node("And", "d", List.of("b", "c"));
                return g.node("Cast", "o", List.of("d"), attribute("to", 1L));
            }));
        }
        all.add(new Case("Log, Sqrt", 17, g -> {
            g.node("Abs", "a", List.of("x"));
            g.node("Sqrt", "b", List.of("a"));
            g.node("Add", "c", List.of("b", g.floats("one", new float[] {1}, 1)));
            return g.node("Log", "o", List.of("c"));
        }));
        all.add(new Case("Where", 17, g -> {
            g.node("Greater", "a", List.of("x", "y"));
            return g.node("Where", "o", List.of("a", "x", g.floats("f", new float[] {-5}, 1)));
        }));
        for (float power : new float[] {2, 3, 0.5f}) {
            all.add(new Case("Pow " + power, 17, g -> {
                g.node("Abs", "a", List.of("x"));
                return g.node("Pow", "o", List.of("a", g.floats("p", new float[] {power}, 1)));
            }));
        }
        for (String operator :
                List.of("ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2", "ReduceSumSquare", "ReduceProd")) {
            all.add(simple(operator, axes(1L)));
            all.add(simple(operator, axes(-1L), attribute("keepdims", 0L)));
            all.add(simple(operator));
        }
        all.add(new Case("ReduceSum", 11, g -> g.node("ReduceSum", "o", List.of("x"), axes(0L, 2L))));
        all.add(new Case("ReduceSum", 13, g -> g.node("ReduceSum", "o", List.of("x", g.longs("a", 0, 2)))));
        all.add(new Case("ReduceMean", 18, g -> g.node("ReduceMean", "o", List.of("x", g.longs("a", 1)))));
        all.add(new Case("Softmax", 11, g -> g.node("Softmax", "o", List.of("x"), attribute("axis", 1L))));
        all.add(new Case("Softmax", 13, g -> g.node("Softmax", "o", List.of("x"), attribute("axis", 1L))));
        all.add(new Case("LogSoftmax", 13, g -> g.node("LogSoftmax", "o", List.of("x"))));
        all.add(new Case(
                "Clip", 17, g -> g.node("Clip", "o", List.of("x", scalar(g, "low", -0.2f), scalar(g, "high", 0.3f)))));
        all.add(new Case("Clip", 6, g -> g.node("Clip", "o", List.of("x"), attribute("max", 0.3f))));
        all.add(new Case(
                "Gather, negative",
                17,
                g -> g.node("Gather", "o", List.of("x", g.longs("i", -1, 0, 2)), attribute("axis", 1L))));
        all.add(new Case(
                "Gather, one", 17, g -> g.node("Gather", "o", List.of("x", g.longs("i", -1)), attribute("axis", 2L))));
        all.add(new Case(
                "Gather, table",
                17,
                g -> g.node("Gather", "o", List.of(g.floats("t", Pieces.gaussian(12, 1, 1), 4, 3), "n"))));
        all.add(new Case("GatherElements", 17, g -> {
            g.node("Reshape", "i", List.of("n", g.longs("s", 1, 3, 1)));
            g.node("Expand", "j", List.of("i", g.longs("e", 2, 3, 2)));
            return g.node("GatherElements", "o", List.of("x", "j"), attribute("axis", 2L));
        }));
        all.add(new Case("Unsqueeze, Squeeze", 11, g -> {
            g.node("Unsqueeze", "a", List.of("x"), axes(0L, 2L));
            return g.node("Squeeze", "o", List.of("a"), axes(2L));
        }));
        all.add(new Case("Unsqueeze, Squeeze", 13, g -> {
            g.node("Unsqueeze", "a", List.of("x", g.longs("u", -1, 0)));
            return g.node("Squeeze", "o", List.of("a"));
        }));
        all.add(new Case("Concat", 17, g -> g.node("Concat", "o", List.of("x", "y"), attribute("axis", -1L))));
        all.add(new Case("Reshape", 17, g -> g.node("Reshape", "o", List.of("x", g.longs("s", 0, -1)))));
        all.add(simple("Flatten", attribute("axis", 2L)));
        all.add(simple("Transpose"));
        all.add(simple("Transpose", longsAttribute("perm", List.of(1L, 0L, 2L))));
        all.add(new Case("Expand", 17, g -> {
            g.node("ReduceMean", "m", List.of("x"), axes(1L));
            return g.node("Expand", "o", List.of("m", g.longs("s", 5, 1, 3, 1)));
        }));
        all.add(new Case("Tile", 17, g -> g.node("Tile", "o", List.of("x", g.longs("s", 1, 2, 3)))));
        all.add(new Case(
                "Slice",
                9,
                g -> g.node(
                        "Slice",
                        "o",
                        List.of("x"),
                        longsAttribute("starts", List.of(1L)),
                        longsAttribute("ends", List.of(9000L)),
                        axes(2L))));
        all.add(new Case(
                "Slice, negative",
                17,
                g -> g.node("Slice", "o", List.of("x", g.longs("a", -3), g.longs("b", -1), g.longs("c", 2)))));
        all.add(new Case(
                "Slice, backwards",
                17,
                g -> g.node(
                        "Slice",
                        "o",
                        List.of(
                                "x",
                                g.longs("a", -1),
                                g.longs("b", Long.MIN_VALUE),
                                g.longs("c", 1),
                                g.longs("d", -2)))));
        all.add(new Case("Split", 11, g -> {
            g.node(
                    "Split",
                    List.of("a", "b"),
                    List.of("x"),
                    longsAttribute("split", List.of(1L, 3L)),
                    attribute("axis", 2L));
            return g.node("Mul", "o", List.of("a", "b"));
        }));
        all.add(new Case("Split", 17, g -> {
            g.node("Split", List.of("a", "b"), List.of("x"), attribute("axis", 2L));
            return g.node("Sub", "o", List.of("a", "b"));
        }));
        all.add(new Case("Shape, Size, ConstantOfShape, Range, Div", 17, g -> {
            g.node("Shape", "a", List.of("x"));
            g.node("Size", "b", List.of("x"));
            g.node("Div", "c", List.of("b", "a"));
            g.node("ConstantOfShape", "d", List.of("a"));
            g.node("Gather", "e", List.of("a", g.longs("last", 2)));
            g.node("Squeeze", "f", List.of("e"));
            g.node(
                    "Range",
                    "h",
                    List.of(
                            scalar(g, "zero", 0),
                            g.node("Cast", "fl", List.of("f"), attribute("to", 1L)),
                            scalar(g, "one", 1)));
            g.node("Cast", "k", List.of("c"), attribute("to", 1L));
            g.node("ReduceMean", "m", List.of("k"));
            g.node("Add", "p", List.of("d", "h"));
            return g.node("Add", "o", List.of("p", "m"));
        }));
        all.add(new Case("Div of whole numbers", 17, g -> {
            g.node("Sub", "a", List.of("n", g.longs("five", 5)));
            return g.node("Div", "o", List.of("a", g.longs("two", 2)));
        }));
        all.add(new Case("CumSum", 17, g -> g.node("CumSum", "o", List.of("x", g.longs("a", 1)))));
        all.add(new Case("Trilu", 17, g -> g.node("Trilu", "o", List.of("x"), attribute("upper", 0L))));
        all.add(new Case(
                "Pad",
                17,
                g -> g.node("Pad", "o", List.of("x", g.longs("p", 0, 1, 2, 0, 0, 1), scalar(g, "v", 0.5f)))));
        all.add(simple("ArgMax", attribute("axis", 2L)));
        all.add(new Case("MatMul, bias", 17, g -> {
            g.node("MatMul", "a", List.of("x", g.floats("w", Pieces.gaussian(20, 1, 2), 4, 5)));
            return g.node("Add", "o", List.of(g.floats("b", Pieces.gaussian(5, 1, 3), 5), "a"));
        }));
        all.add(new Case("MatMul of batches", 17, g -> {
            g.node("Transpose", "t", List.of("y"), longsAttribute("perm", List.of(0L, 2L, 1L)));
            return g.node("MatMul", "o", List.of("x", "t"));
        }));
        for (long transposed : new long[] {0, 1}) {
            all.add(new Case("Gemm, transB " + transposed, 17, g -> {
                g.node("Flatten", "f", List.of("x"));
                int[] shape = transposed == 1 ? new int[] {5, 12} : new int[] {12, 5};
                return g.node(
                        "Gemm",
                        "o",
                        List.of(
                                "f",
                                g.floats("w", Pieces.gaussian(60, 1, 2), shape),
                                g.floats("b", Pieces.gaussian(5, 1, 3), 5)),
                        attribute("transB", transposed));
            }));
        }
        all.add(new Case("Gemm, scaled", 17, g -> {
            g.node("Flatten", "f", List.of("x"));
            return g.node(
                    "Gemm",
                    "o",
                    List.of("f", "f", g.floats("b", Pieces.gaussian(2, 1, 3), 2)),
                    attribute("transB", 1L),
                    attribute("alpha", 0.5f),
                    attribute("beta", 2f));
        }));
        all.add(new Case(
                "LayerNormalization",
                17,
                g -> g.node(
                        "LayerNormalization",
                        "o",
                        List.of(
                                "x",
                                g.floats("s", Pieces.gaussian(4, 1, 2), 4),
                                g.floats("b", Pieces.gaussian(4, 1, 3), 4)))));
        all.add(new Case("Conv, MaxPool, AveragePool, GlobalAveragePool", 17, g -> {
            g.node("Unsqueeze", "u", List.of("x", g.longs("ax", 1)));
            g.node(
                    "Conv",
                    "c",
                    List.of(
                            "u",
                            g.floats("w", Pieces.gaussian(18, 1, 2), 2, 1, 3, 3),
                            g.floats("b", new float[] {1, 2}, 2)),
                    longsAttribute("pads", List.of(1L, 0L, 1L, 2L)));
            g.node("MaxPool", "m", List.of("c"), longsAttribute("kernel_shape", List.of(2L, 2L)));
            g.node("AveragePool", "v", List.of("m"), longsAttribute("kernel_shape", List.of(1L, 2L)));
            return g.node("GlobalAveragePool", "o", List.of("v"));
        }));
        all.add(new Case(
                "BatchNormalization",
                17,
                g -> g.node(
                        "BatchNormalization",
                        "o",
                        List.of(
                                "x",
                                g.floats("s", new float[] {1, 2, 3}, 3),
                                g.floats("b", new float[] {0, 1, 2}, 3),
                                g.floats("m", new float[] {0.1f, 0.2f, 0.3f}, 3),
                                g.floats("v", new float[] {1, 2, 0.5f}, 3)))));
        all.add(new Case(
                "Einsum", 17, g -> g.node("Einsum", "o", List.of("x", "y"), attribute("equation", "bij,bkj->bik"))));
        return all.stream();
    }

    private static String scalar(OnnxGraph graph, String name, float value) {
        return graph.floats(name, new float[] {value});
    }

    private static Map<String, HostTensor> inputs() {
        return Map.of(
                "x", HostTensor.ofFloats(Shape.of(2, 3, 4), Pieces.gaussian(24, 1, 5)),
                "y", HostTensor.ofFloats(Shape.of(2, 3, 4), Pieces.gaussian(24, 1, 6)),
                "n", HostTensor.ofLongs(Shape.of(3), 2, 0, 3));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void computesWhatOnnxRuntimeComputes(Case one) throws Exception {
        OnnxGraph graph = new OnnxGraph("case", one.opset());
        graph.input("x", 2, 3, 4);
        graph.input("y", 2, 3, 4);
        graph.inputInt64("n", 3);
        String value = one.maker().make(graph);
        // Everything as floats, whatever the operator gives.
        graph.node("Cast", "result", List.of(value), attribute("to", 1L));
        graph.output("result");
        byte[] bytes = graph.toBytes(Map.of());
        byte[] model = withoutShapes(bytes);
        compare(model, inputs(), 1e-5f);
        try (InferenceGraph alone = InferenceGraph.of(OnnxModel.read(model))) {
            float[] expected = Ort.run(model, inputs()).get("result");
            alone.answer(inputs());
            assertThat(alone.answer(inputs())).containsExactly(expected, within(1e-5f));
        }
    }

    /** The shape of the result is left open. */
    private static byte[] withoutShapes(byte[] bytes) throws Exception {
        var model = ai.onnx.proto.OnnxMl.ModelProto.parseFrom(bytes).toBuilder();
        model.getGraphBuilder()
                .getOutputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .clearShape();
        return model.build().toByteArray();
    }

    @Test
    void runsAnEncoderAsExportersWriteIt() throws Exception {
        compare(TinyBert.build(2).toBytes(), TinyBert.sentences(4, 7), 1e-4f);
    }

    @Test
    void fusesWhatIsSpelledOut() throws Exception {
        OnnxModel model = TinyBert.build(2);
        OnnxSource source = OnnxSource.of(model);
        int nodes = source.graph().getNodeCount();

        // Per layer: 6 products with bias, 2 norms of 9 nodes, a GELU of 5, attention of 5; and the norm of the
        // embedding.
        assertThat(Fusion.of(source, List.of())).hasSize(nodes - 2 * (6 + 2 * 8 + 4 + 4) - 8);
    }

    @Test
    void keepsWhatIsAskedFor() throws Exception {
        OnnxModel model = TinyBert.build(1);
        try (TorchGraph plain = TorchGraph.of(model, List.of());
                TorchGraph keeping = TorchGraph.of(model, List.of("layer.0.gelu.erf"))) {
            assertThat(plain.hasValue("layer.0.gelu.erf")).isFalse();
            assertThat(keeping.hasValue("layer.0.gelu.erf")).isTrue();
        }
    }

    @Test
    void namesAllUnsupportedOperatorsAtOnce() throws Exception {
        OnnxGraph graph = new OnnxGraph("odd");
        graph.input("x", 2, 3);
        graph.node("Hardmax", "a", List.of("x"));
        graph.node("Softsign", "b", List.of("a"));
        graph.node("Relu", "c", List.of("b"));
        graph.output("c", 2, 3);
        OnnxModel model = OnnxModel.read(graph.toBytes(Map.of()));

        assertThat(TorchGraph.unsupported(model))
                .containsExactly("Hardmax (node a.Hardmax)", "Softsign (node b.Softsign)");
        assertThatThrownBy(() -> TorchGraph.of(model, List.of()))
                .isInstanceOf(UnsupportedOperatorsException.class)
                .hasMessageContaining("Hardmax (node a.Hardmax); Softsign (node b.Softsign)");
    }

    @SuppressWarnings("try")
    private static void compare(byte[] bytes, Map<String, HostTensor> inputs, float tolerance) throws Exception {
        Map<String, float[]> expected = Ort.run(bytes, inputs);
        OnnxModel model = OnnxModel.read(bytes);
        Map<String, float[]> found = new HashMap<>();
        try (TorchGraph graph = TorchGraph.of(model, List.of());
                PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard();
                Frame frame = graph.newFrame()) {
            inputs.forEach((name, tensor) -> {
                if (graph.hasValue(name)) {
                    frame.set(graph.slotOf(name), Torch.tensor(tensor));
                }
            });
            graph.run(graph.part(List.of(), expected.keySet()), frame);
            expected.keySet().forEach(name -> found.put(name, Torch.floats(frame.get(graph.slotOf(name)))));
        }
        expected.forEach((name, values) -> assertThat(found.get(name)).containsExactly(values, within(tolerance)));
    }
}
