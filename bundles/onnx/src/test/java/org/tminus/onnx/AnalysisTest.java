/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tminus.onnx.GraphMaker.FLOAT;
import static org.tminus.onnx.GraphMaker.integer;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tminus.onnx.GraphAnalysis.Block;
import org.tminus.onnx.GraphAnalysis.Layer;
import org.tminus.onnx.TestModels.Size;

class AnalysisTest {
    private static GraphAnalysis analyze(GraphMaker graph) throws OnnxFormatException {
        return GraphAnalysis.analyze(OnnxModel.read(graph.bytes()));
    }

    @Test
    void preNormModelIsCutOnTheResidualStream() throws Exception {
        GraphAnalysis analysis = analyze(TestModels.vit(new Size(3, 2, 4, 16), 1));
        assertThat(analysis.layers()).hasSize(3).allMatch(Layer::skippable);
        assertThat(analysis.hidden().orElseThrow().jsonShape()).containsExactly("batch", 5L, 8L);
        assertThat(analysis.signature().sequence()).isNull();
        assertThat(analysis.signature().outputs().get(0).jsonShape()).containsExactly("batch", 3L);
        assertThat(analysis.stem().orElseThrow().sideValues()).isEmpty();
        for (Layer layer : analysis.layers()) {
            assertThat(layer.blocks()).hasSize(2);
            assertThat(layer.blocks().get(0).input()).isEqualTo(layer.input());
            assertThat(layer.blocks().get(0).output())
                    .isEqualTo(layer.blocks().get(1).input());
            assertThat(layer.blocks().get(1).output()).isEqualTo(layer.output());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 33, 40})
    void costsOfAnEncoderLayerAreThoseCountedByHand(int n) throws Exception {
        int heads = 3;
        int headDim = 4;
        int d = heads * headDim;
        int f = 20;
        GraphAnalysis analysis = analyze(TestModels.encoder(new Size(2, heads, headDim, f), 1));
        double pairs = (double) heads * n * n;
        double attention = 4 * (2.0 * n * d * d + n * d) // projections with bias
                + 2 * (2.0 * n * n * d) // scores and mixing
                + pairs * (1 + 1 + 5); // scale, mask, softmax
        double feedForward = 2.0 * n * d * f
                + (double) n * f
                + 2.0 * n * f * d
                + (double) n * d // two products with bias
                + 5.0 * n * f; // GELU: division, erf, addition, two multiplications
        double norm = n * d
                + n * d
                + n * d
                + n * d // mean, difference, square, mean
                + 2 * n // epsilon, root
                + 3.0 * n * d; // division, scale, shift
        double expected = attention + feedForward + 2 * norm + 2.0 * n * d; // and two residual sums
        Layer layer = analysis.layers().get(1);
        assertThat(layer.cost().flops().at(n)).isCloseTo(expected, within(1e-6 * expected));
        long parameters = 4 * (d * d + d) + (d * f + f + f * d + d) + 2 * 2 * d;
        long constants = 4 * (1 + 3 + 2 * 2) // scale, three of the GELU, exponent and epsilon of two norms
                + 8 * (1 + 1 + 1 + 1 + 2 + 1); // indices of the shape arithmetic
        assertThat(layer.cost().weightBytes()).isEqualTo(4 * parameters + constants);
        // Alive when scores become probabilities: state, both tables of pairs, mask and value heads; at least that, at
        // most a little more.
        double alive = 4 * (2 * pairs + 2.0 * n * d + n);
        assertThat(layer.cost().activationBytes().at(n)).isGreaterThanOrEqualTo(alive);
        assertThat(layer.cost().activationBytes().at(n)).isLessThan(alive + 4 * (3.0 * n * f + 4.0 * n * d) + 500);
    }

    @Test
    void textEncoderHasMaskAsSideValueAndItsLongestSequence() throws Exception {
        GraphAnalysis analysis = analyze(TestModels.encoder(new Size(3, 1, 4, 8), 1));
        assertThat(analysis.stem().orElseThrow().sideValues()).hasSize(1);
        Signature.Sequence sequence =
                Objects.requireNonNull(analysis.signature().sequence());
        assertThat(sequence.input()).isEqualTo("input_ids");
        assertThat(sequence.dimension()).isEqualTo(1);
        assertThat(sequence.maximum()).hasValue(40);
        assertThat(analysis.tail().orElseThrow().outputs()).containsExactly("hidden");
    }

    @Test
    void layersThatShareAByProductCannotBeSkipped() throws Exception {
        GraphAnalysis analysis = analyze(TestModels.encoder(new Size(7, 1, 4, 8), 1, 2));
        assertThat(analysis.layers()).extracting(Layer::skippable).containsExactly(true, true, false, true, true, true);
        Layer shared = analysis.layers().get(2);
        assertThat(shared.obstacle()).contains("by-product").contains("Unsqueeze");
        assertThat(shared.input()).isEqualTo(analysis.layers().get(1).output());
        assertThat(shared.output()).isEqualTo(analysis.layers().get(3).input());
        assertThat(analysis.obstacle()).isEmpty();
    }

    @Test
    void layerWhoseByProductFeedsAllLaterOnesStaysInTheStemWithTheReason() throws Exception {
        GraphMaker g = new GraphMaker(3);
        String x = g.input("x", FLOAT, "batch", 6, 4);
        String shared = null;
        for (int l = 0; l < 5; l++) {
            String h = TestModels.linear(g, x, 4, 4);
            if (shared == null) {
                shared = g.op("Sigmoid", h);
            }
            x = g.op("Add", x, g.op("Tanh", g.op("Mul", h, shared)));
        }
        g.named(x, "y");
        g.output("y", FLOAT, "batch", 6, 4);
        GraphAnalysis analysis = analyze(g);
        assertThat(analysis.layers()).hasSize(4).allMatch(Layer::skippable);
        assertThat(analysis.stem().orElseThrow().sideValues()).containsExactly(shared);
        List<Block> fixed = analysis.fixedParts();
        assertThat(fixed).hasSize(1);
        assertThat(fixed.get(0).skippable()).isFalse();
        assertThat(fixed.get(0).obstacle()).contains("'" + shared + "'").contains("Sigmoid");
    }

    @Test
    void nothingRepeats() throws Exception {
        GraphMaker g = new GraphMaker(1);
        String x = g.input("x", FLOAT, "batch", 4);
        for (int out : new int[] {5, 6, 7, 3}) {
            x = g.op("Relu", TestModels.linear(g, x, out == 5 ? 4 : out == 3 ? 7 : out - 1, out));
        }
        g.named(x, "y");
        g.output("y", FLOAT, "batch", 3);
        GraphAnalysis analysis = analyze(g);
        assertThat(analysis.layers()).isEmpty();
        assertThat(analysis.obstacle().orElseThrow()).contains("repeats");
        assertThat(analysis.total().flops().at(0)).isEqualTo(2 * (20 + 30 + 42 + 21) + 2 * (5 + 6 + 7 + 3));
    }

    @Test
    void modelWithoutProducts() throws Exception {
        GraphMaker g = new GraphMaker(1);
        g.named(g.op("Relu", g.input("x", FLOAT, "batch", 4)), "y");
        g.output("y", FLOAT, "batch", 4);
        assertThat(analyze(g).obstacle().orElseThrow()).contains("no matrix products");
    }

    @Test
    void stateThatIsReadAcrossTheWholeGraph() throws Exception {
        GraphMaker g = new GraphMaker(1);
        String x = g.input("x", FLOAT, "batch", 4);
        String a = TestModels.linear(g, x, 4, 4);
        String b = TestModels.linear(g, x, 4, 4);
        for (int l = 0; l < 4; l++) {
            String next = g.op("Add", a, TestModels.linear(g, b, 4, 4));
            b = g.op("Add", b, TestModels.linear(g, a, 4, 4));
            a = next;
        }
        g.named(g.op("Concat", integer("axis", 1), a, b), "y");
        g.output("y", FLOAT, "batch", 8);
        GraphAnalysis analysis = analyze(g);
        assertThat(analysis.layers()).isEmpty();
        assertThat(analysis.obstacle().orElseThrow()).contains("no place where a single value carries");
    }

    @Test
    void reportHoldsWhatCanBeSaved() throws Exception {
        OnnxModel model =
                OnnxModel.read(TestModels.encoder(new Size(4, 1, 4, 8), 1).bytes());
        InspectReport report = InspectReport.of(model);
        assertThat(report.parts())
                .extracting(InspectReport.Part::id)
                .containsExactly("stem", "layer.0", "layer.1", "layer.2", "layer.3", "tail");
        assertThat(report.parts().stream()
                        .mapToDouble(InspectReport.Part::flopsShare)
                        .sum())
                .isCloseTo(1, within(1e-9));
        InspectReport.Savings savings = report.savings();
        assertThat(savings.sequenceLength()).hasValue(40);
        assertThat(savings.skippableLayers()).isEqualTo(4);
        assertThat(savings.bestCaseShare()).isCloseTo(savings.skippableShare() * 3 / 4, within(1e-9));
        assertThat(report.toJson())
                .containsKeys("signature", "parts", "savings", "total", "obstacle")
                .containsEntry("obstacle", null);
        assertThat(report.toJson().toString()).contains("input_ids").contains("layer.3.block.1");
    }
}
