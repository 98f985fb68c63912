/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tminus.onnx.GraphMaker.FLOAT;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tminus.onnx.GraphAnalysis.Block;
import org.tminus.onnx.GraphAnalysis.Layer;
import org.tminus.onnx.Ort.Tensor;
import org.tminus.onnx.PathSpec.ExitSpec;
import org.tminus.onnx.PathSpec.LayerSpec;
import org.tminus.onnx.Precisions.Kind;
import org.tminus.onnx.TestModels.Size;

/** Models of fewer bits are cut, counted and joined as those of float32. */
class PrecisionsTest {
    @Property(tries = 60)
    void segmentsAndComposedGraphsAreTheModel(
            @ForAll Kind kind,
            @ForAll boolean vision,
            @ForAll @IntRange(min = 2, max = 5) int layers,
            @ForAll @IntRange(min = 1, max = 3) int heads,
            @ForAll @IntRange(min = 4, max = 12) int headDim,
            @ForAll @IntRange(min = 8, max = 40) int feedForward,
            @ForAll @IntRange(min = 1, max = 3) int batch,
            @ForAll long seed)
            throws Exception {
        Assume.that(kind != Kind.BFLOAT16);
        Made made = new Made(kind, vision, new Size(layers, heads, headDim, feedForward), batch, seed);
        GraphAnalysis analysis = GraphAnalysis.analyze(made.model);
        assertThat(analysis.layers()).hasSize(layers).allMatch(Layer::skippable);
        assertThat(analysis.notes()).isEmpty();
        PathGraphs graphs = PathGraphs.of(made.model);

        PathSpec full = Chains.path(analysis, analysis.layers(), Chains.tail(analysis));
        double allowed = kind.isExact() ? 0 : made.allowed(analysis, analysis.layers());
        assertThat(Ort.difference(made.answer(), made.answer(Chains.run(graphs, full, made.inputs))))
                .as("chain of all segments")
                .isLessThanOrEqualTo(allowed);
        assertThat(Ort.difference(made.answer(), made.run(graphs.compose(full))))
                .as("composed graph of all layers")
                .isZero();
        Random random = new Random(seed);
        assertThat(Ort.difference(made.answer(), made.stretched(graphs, full, random)))
                .as("stretches of all layers")
                .isLessThanOrEqualTo(allowed);
        Optional<SegmentGraph> folded = graphs.compose(full).folded();
        if (folded.isPresent()) {
            assertThat(Ort.difference(made.answer(), made.run(folded.get())))
                    .as("folded graph of all layers")
                    .isLessThanOrEqualTo(made.allowed(analysis, analysis.layers()));
        }

        List<Layer> some = new ArrayList<>(analysis.layers());
        some.remove(random.nextInt(some.size()));
        some.removeIf(layer -> random.nextBoolean());
        allowed = kind.isExact() ? 0 : made.allowed(analysis, some);
        PathSpec path = Chains.path(analysis, some, Chains.tail(analysis));
        Tensor composed = made.run(graphs.compose(path));
        assertThat(Ort.difference(composed, made.answer(Chains.run(graphs, path, made.inputs))))
                .as("path %s", path)
                .isLessThanOrEqualTo(allowed);
        assertThat(Ort.difference(composed, made.stretched(graphs, path, random)))
                .as("stretches of %s", path)
                .isLessThanOrEqualTo(allowed);
    }

    /** Otherwise a tolerance would tell nothing. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16")
    void aLayerThatIsLeftOutMakesMoreThanWaysMayDiffer(Kind kind) throws Exception {
        Made made = new Made(kind, true, new Size(4, 2, 8, 24), 4, 3);
        GraphAnalysis analysis = GraphAnalysis.analyze(made.model);
        PathGraphs graphs = PathGraphs.of(made.model);
        for (Layer layer : analysis.layers()) {
            List<Layer> others = new ArrayList<>(analysis.layers());
            others.remove(layer);
            PathSpec path = Chains.path(analysis, others, Chains.tail(analysis));
            assertThat(Ort.difference(made.answer(), made.run(graphs.compose(path))))
                    .as("without %s", layer.id())
                    .isGreaterThan(5 * graphs.precision().tolerance());
        }
    }

    @ParameterizedTest
    @EnumSource
    void theStateIsHandedOnAsFractions(Kind kind) throws Exception {
        GraphAnalysis analysis = GraphAnalysis.analyze(new Made(kind, true, new Size(3, 2, 4, 16), 2, 1).model);

        assertThat(analysis.hidden().orElseThrow().type())
                .isEqualTo(
                        switch (kind) {
                            case FLOAT16, FLOAT16_ENDS -> "float16";
                            case BFLOAT16, BFLOAT16_STREAM -> "bfloat16";
                            default -> "float32";
                        });
        assertThat(analysis.precision())
                .hasToString(
                        switch (kind) {
                            case FLOAT16, FLOAT16_ENDS, FLOAT16_WEIGHTS -> "float16";
                            case BFLOAT16, BFLOAT16_STREAM -> "bfloat16";
                            default -> "quantised";
                        });
        assertThat(analysis.layers()).hasSize(3);
    }

    /** So that what was found, and trained, on the float32 model fits the one that was made of it. */
    @Property(tries = 10)
    void quantisedModelsHaveTheCutsOfTheModelThatTheyWereMadeOf(
            @ForAll boolean vision, @ForAll boolean perChannel, @ForAll long seed) throws Exception {
        Size size = new Size(3, 2, 4, 16);
        Made made = new Made(perChannel ? Kind.QDQ_PER_CHANNEL : Kind.QDQ, vision, size, 2, seed);
        GraphAnalysis real = GraphAnalysis.analyze(OnnxModel.read(made.source.bytes()));
        GraphAnalysis small = GraphAnalysis.analyze(made.model);

        assertThat(small.layers()).extracting(Chains::spec).isEqualTo(specs(real.layers()));
        assertThat(small.layers())
                .flatExtracting(Layer::blocks)
                .extracting(Block::input)
                .isEqualTo(real.layers().stream()
                        .flatMap(layer -> layer.blocks().stream())
                        .map(Block::input)
                        .toList());
        assertThat(small.stem().orElseThrow().output())
                .isEqualTo(real.stem().orElseThrow().output());
        // A mask stays in its whole numbers, which are smaller.
        assertThat(small.stem().orElseThrow().sideValues())
                .hasSameSizeAs(real.stem().orElseThrow().sideValues())
                .allSatisfy(side -> assertThat(made.type(side)).isEqualTo(2));
    }

    private static List<LayerSpec> specs(List<Layer> layers) {
        return layers.stream().map(Chains::spec).toList();
    }

    /** Exits are made for the float32 model, and stay as they are; some of these read the pixels, too. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16")
    void exitsOfTheFloat32ModelReadAnyState(Kind kind) throws Exception {
        Size size = new Size(3, 2, 4, 16);
        Made made = new Made(kind, true, size, 2, 1);
        OnnxModel exits = OnnxModel.read(TestModels.exits(size, 2).bytes());
        GraphAnalysis analysis = GraphAnalysis.analyze(made.model);
        PathGraphs graphs = PathGraphs.of(made.model, exits);
        OnnxModel source = OnnxModel.read(made.source.bytes());
        GraphAnalysis real = GraphAnalysis.analyze(source);
        PathGraphs exact = PathGraphs.of(source, exits);
        for (int last = 0; last < 3; last++) {
            ExitSpec exit = new ExitSpec(
                    "exit." + last, false, "exit." + last + ".hidden", Map.of("logits", "exit." + last + ".logits"));
            PathSpec path = Chains.path(analysis, analysis.layers().subList(0, last + 1), exit);
            Tensor composed = made.run(graphs.compose(path));
            Tensor chained = made.answer(Chains.run(graphs, path, made.inputs));

            assertThat(composed.data() instanceof float[]).isEqualTo(kind != Kind.FLOAT16_ENDS);
            assertThat(Ort.difference(composed, chained))
                    .isLessThanOrEqualTo(kind.isExact() ? 0 : graphs.precision().tolerance());
            PathSpec same = Chains.path(real, real.layers().subList(0, last + 1), exit);
            Tensor expected = made.answer(Ort.run(exact.compose(same).toBytes(), made.sample));
            // Rounding changes an answer a little, another layer's state a lot.
            assertThat(Ort.difference(expected, composed)).isLessThan(kind.isWholeNumbers() ? 0.25 : 0.05);
        }
    }

    @Test
    void anExitForWholeNumbersIsRefused() throws Exception {
        Made made = new Made(Kind.INTEGER_STREAM, true, new Size(2, 2, 4, 16), 1, 1);
        GraphAnalysis analysis = GraphAnalysis.analyze(made.model);
        GraphMaker g = new GraphMaker(1);
        String hidden = g.input("hidden", 2, "batch", 5, 8);
        g.named(g.op("DequantizeLinear", hidden, g.scalar(0.1)), "answer");
        g.output("answer", FLOAT, "batch", 5, 8);
        PathGraphs graphs = PathGraphs.of(made.model, OnnxModel.read(g.bytes()));
        PathSpec path = Chains.path(
                analysis, analysis.layers(), new ExitSpec("own", false, "hidden", Map.of("logits", "answer")));

        assertThatThrownBy(() -> graphs.compose(path))
                .isInstanceOf(OnnxFormatException.class)
                .hasMessageContaining("own has uint8 where the model has float32");
    }

    @Test
    void anExitThatAnswersFractionsForWholeNumbersIsRefused() throws Exception {
        Size size = new Size(2, 2, 4, 16);
        ModelProto.Builder whole = TestModels.vit(size, 1).model().toBuilder();
        GraphProto.Builder graph = whole.getGraphBuilder();
        graph.addNode(NodeProto.newBuilder()
                .setOpType("Cast")
                .addInput("logits")
                .addOutput("classes")
                .addAttribute(AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(3)));
        graph.getOutputBuilder(0)
                .setName("classes")
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .setElemType(3);
        OnnxModel model = OnnxModel.read(whole.build().toByteArray());
        GraphAnalysis analysis = GraphAnalysis.analyze(model);
        PathGraphs graphs =
                PathGraphs.of(model, OnnxModel.read(TestModels.exits(size, 2).bytes()));
        ExitSpec exit = new ExitSpec("early", false, "exit.0.hidden", Map.of("classes", "exit.0.logits"));
        Layer first = analysis.layers().get(0);

        assertThatThrownBy(() -> graphs.exit(exit, first.output(), List.of()))
                .isInstanceOf(OnnxFormatException.class)
                .hasMessageContaining("early answers 'classes' in float32, where the model answers in int8");
        assertThat(graphs.compose(Chains.path(analysis, analysis.layers(), Chains.tail(analysis)))
                        .outputs())
                .extracting(ValueInfo::type)
                .containsExactly("int8");
    }

    /** Each layer doubles its state by doubling the scale; the whole numbers stay the same. */
    @Test
    void aPathThatLeavesOutLayersKeepsWhatWholeNumbersStandFor() throws Exception {
        GraphMaker g = new GraphMaker(1);
        String x = g.input("x", FLOAT, "batch", 3, 4);
        String zero = g.bytes(2, new byte[] {(byte) 128});
        String none = g.bytes(3, new byte[] {0});
        byte[] two = new byte[16];
        for (int i = 0; i < 4; i++) {
            two[5 * i] = 2;
        }
        float scale = 1 / 64f;
        String state = g.op("QuantizeLinear", x, g.scalar(scale), zero);
        state = g.op("Reshape", state, g.longs(-1, 3, 4));
        for (int l = 0; l < 4; l++) {
            state = g.op(
                    "QLinearMatMul",
                    state,
                    g.scalar(scale),
                    zero,
                    g.bytes(3, two, 4, 4),
                    g.scalar(1),
                    none,
                    g.scalar(2 * scale),
                    zero);
            scale *= 2;
        }
        g.named(g.op("DequantizeLinear", state, g.scalar(scale), zero), "y");
        g.output("y", FLOAT, "batch", 3, 4);
        float[] given = {0.5f, -0.25f, 0.125f, 0, 0.75f, -1, 0.5f, 0.25f, -0.5f, 0.375f, 0, -0.125f};
        Map<String, Tensor> inputs = Map.of("x", new Tensor(given, new long[] {1, 3, 4}));
        OnnxModel model = OnnxModel.read(g.bytes());
        GraphAnalysis analysis = GraphAnalysis.analyze(model);
        assertThat(analysis.layers()).hasSize(4);
        assertThat(analysis.hidden().orElseThrow().type()).isEqualTo("float32");
        PathGraphs graphs = PathGraphs.of(model);

        for (int first = 0; first <= 4; first++) {
            for (int last = first; last <= 4; last++) {
                List<Layer> some = new ArrayList<>(analysis.layers().subList(0, first));
                some.addAll(analysis.layers().subList(last, 4));
                PathSpec path = Chains.path(analysis, some, Chains.tail(analysis));
                float[] expected = given.clone();
                for (int i = 0; i < expected.length; i++) {
                    expected[i] *= 1 << some.size();
                }
                Tensor wanted = new Tensor(expected, new long[] {1, 3, 4});
                // What was left out has other scales: a value may fall between two whole numbers there.
                double step = Math.scalb(1.0, last - 6) / 2;
                assertThat(Ort.run(graphs.compose(path).toBytes(), inputs).get("y"))
                        .satisfies(found -> assertClose(found, wanted, some.size(), step));
                assertThat(Chains.run(graphs, path, inputs).get("y"))
                        .satisfies(found -> assertClose(found, wanted, some.size(), step));
            }
        }
    }

    private static void assertClose(Tensor found, Tensor wanted, int layers, double step) {
        for (int i = 0; i < wanted.floats().length; i++) {
            assertThat(found.floats()[i]).as("%d layers", layers).isCloseTo(wanted.floats()[i], within((float)
                    (step * (1 << layers))));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 4, 16", "3, 8, 20"})
    void costsOfAQuantisedLayerAreThoseCountedByHand(int heads, int headDim, int f) throws Exception {
        Size size = new Size(2, heads, headDim, f);
        int d = size.dim();
        int n = 5;
        Made real = new Made(Kind.FLOAT16_WEIGHTS, true, size, 1, 1);
        Layer plain = GraphAnalysis.analyze(OnnxModel.read(real.source.bytes()))
                .layers()
                .get(1);
        double flops = plain.cost().flops().at(0);
        long parameters = 4L * (d * d + d) + (d * f + f + f * d + d) + 2 * 2 * d;
        long others = plain.cost().weightBytes() - 4 * parameters;

        Layer qdq = layer(Kind.QDQ, size);
        // State, normalised twice; projections, biases and heads three times each; mixed, merged, projected, with bias,
        // added;
        // and the feed-forward net likewise. Each once to whole numbers and once back.
        double rounded = 19.0 * n * d + 3.0 * heads * n * n + 3.0 * n * f;
        assertThat(qdq.cost().flops().at(0)).isEqualTo(flops + 2 * rounded);
        // Twelve weights and 25 activations with a scale each, zero points beside; exponents and the like stay as they
        // are.
        assertThat(qdq.cost().weightBytes())
                .isBetween(parameters + others + 4 * (12 + 25), parameters + others + 4 * (16 + 25) + 1 + 25);

        Layer dynamic = layer(Kind.DYNAMIC, size);
        double ranged = 3.0 * (3.0 * n * d + n * f); // normalised twice, merged, activated
        double scaled = 5.0 * n * d + n * f + 6; // six results of products, and of their scales
        assertThat(dynamic.cost().flops().at(0)).isEqualTo(flops + ranged + scaled);
        long products = 4L * d * d + 2L * d * f;
        assertThat(dynamic.cost().weightBytes()).isEqualTo(products + 4 * (parameters - products) + others + 6 * 4 + 1);

        Layer half = layer(Kind.FLOAT16, size);
        assertThat(half.cost().flops().at(0)).isEqualTo(flops);
        long scalars = plain.cost().weightBytes() - half.cost().weightBytes() - 2 * parameters;
        // Those of the attention's scale and of the GELU have halves as well.
        assertThat(scalars).isEqualTo(2 * 4);
        assertThat(half.cost().activationBytes().at(0))
                .isEqualTo(plain.cost().activationBytes().at(0) / 2);
        assertThat(layer(Kind.FLOAT16_WEIGHTS, size).cost().weightBytes())
                .isEqualTo(half.cost().weightBytes());
        assertThat(layer(Kind.FLOAT16_WEIGHTS, size).cost().flops().at(0)).isEqualTo(flops);
    }

    private static Layer layer(Kind kind, Size size) throws Exception {
        return GraphAnalysis.analyze(new Made(kind, true, size, 1, 1).model)
                .layers()
                .get(1);
    }

    @Test
    void theReportTellsWhatWeightsAreStoredIn() throws Exception {
        InspectReport report = InspectReport.of(new Made(Kind.QDQ, true, new Size(2, 2, 16, 64), 1, 1).model);

        assertThat(report.precision()).isEqualTo("quantised");
        assertThat(report.weightBytesByType().keySet()).first().isEqualTo("int8");
        assertThat(report.weightBytesByType().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(report.total().weightBytes());
        assertThat(report.toJson()).containsEntry("precision", "quantised").containsKey("weightBytesByType");
    }

    @Test
    void lessExactNumbersAreAllowedToDifferMore() {
        assertThat(Precision.FLOAT32.tolerance()).isEqualTo(1e-4);
        assertThat(new Precision(true, false, false).tolerance()).isBetween(8 * 0x1p-11, 64 * 0x1p-11);
        assertThat(new Precision(false, true, false).tolerance()).isBetween(8 * 0x1p-8, 64 * 0x1p-8);
        assertThat(new Precision(true, false, true).tolerance())
                .isEqualTo(new Precision(false, false, true).tolerance())
                .isGreaterThan(1 / 255.0);
    }

    /** A model, what it was made of, and what it answers to some inputs. */
    private static final class Made {
        private final GraphMaker source;
        private final OnnxModel model;
        private final Map<String, Tensor> sample;
        private final Map<String, Tensor> inputs;

        Made(Kind kind, boolean vision, Size size, int batch, long seed) throws Exception {
            source = vision ? TestModels.vit(size, seed) : TestModels.encoder(size, seed);
            sample = vision ? SegmentsTest.pixels(batch, seed) : SegmentsTest.tokens(batch, 7, 50, seed);
            model = OnnxModel.read(Precisions.of(kind, source.model(), sample));
            inputs = vision && kind == Kind.FLOAT16_ENDS ? Map.of("pixels", Ort.float16(sample.get("pixels"))) : sample;
        }

        Tensor answer() throws Exception {
            return answer(Ort.run(model.toBytes(), inputs));
        }

        Tensor run(SegmentGraph graph) throws Exception {
            return answer(Ort.run(graph.toBytes(), inputs));
        }

        Tensor answer(Map<String, Tensor> outputs) {
            return outputs.values().iterator().next();
        }

        Tensor stretched(PathGraphs graphs, PathSpec path, Random random) throws Exception {
            String output = path.exit().outputs().keySet().iterator().next();
            return Chains.runStretches(graphs, path, inputs, random).get(output);
        }

        /**
         * How far ways to compute a path may differ that round at other places: by the tolerance, or, since models of a few random numbers can make
         * much of a little, by some times what fewer bits make of the float32 model, in its states alone or everywhere.
         */
        double allowed(GraphAnalysis ownAnalysis, List<Layer> layers) throws Exception {
            OnnxModel exact = OnnxModel.read(source.bytes());
            GraphAnalysis analysis = GraphAnalysis.analyze(exact);
            PathGraphs graphs = PathGraphs.of(exact);
            List<String> ids = layers.stream().map(Layer::id).toList();
            List<Layer> same = analysis.layers().stream()
                    .filter(layer -> ids.contains(layer.id()))
                    .toList();
            PathSpec path = Chains.path(analysis, same, Chains.tail(analysis));
            Tensor plain = answer(Chains.run(graphs, path, sample));
            PathGraphs own = PathGraphs.of(model);
            Tensor ownAnswer = run(own.compose(Chains.path(ownAnalysis, layers, Chains.tail(ownAnalysis))));
            double sensitivity = Ort.difference(plain, ownAnswer);
            if (!own.precision().isQuantised()) {
                sensitivity = Math.max(
                        sensitivity, Ort.difference(plain, answer(Chains.run(graphs, path, sample, Ort::rounded))));
            }
            return Math.max(own.precision().tolerance(), 8 * sensitivity);
        }

        /** The element type of a value that an operator of quantisation makes. */
        int type(String value) {
            return model.graph().nodes().stream()
                            .anyMatch(node -> node.toString().contains("'" + value + "' (QuantizeLinear)"))
                    ? 2
                    : FLOAT;
        }
    }
}
